import { type FrameIndex, type Profile, ReaderError, type ReaderLimits } from '../../../src/model/profile';
import { ProfileBuilder } from '../../../src/model/profile-builder';
import type { FailKind, Failing } from '../fail';
import { FrameMaker } from '../frames';
import { type MappedFile, mappedFile, MemoryMap } from '../memory-map';
import type { Reader } from '../reader';
import { StackWriter } from '../stack-writer';
import { Lines } from '../text';
import { hasSymbols, readSymbols } from './symbols';
import { leastHeaderWords, wordFormat, Words } from './words';

/**
 * CPU profiles of gperftools, 32 and 64 bit, either byte order: a header, records of (count, depth, addresses leaf first), a
 * trailer, then `/proc/self/maps` as text. With or without google-pprof's symbols before it.
 */
export const gperftoolsReader: Reader = { format: 'gperftools', sniff: looksLikeCpuProfile, read: readCpuProfile };

function looksLikeCpuProfile(bytes: Uint8Array): boolean {
  return hasSymbols(bytes) || wordFormat(bytes, 0) !== undefined;
}

interface Record {
  readonly count: number;
  addresses: bigint[];
}

function readCpuProfile(bytes: Uint8Array, limits: ReaderLimits): Profile {
  const source = new Place();
  if (!looksLikeCpuProfile(bytes)) {
    source.fail('not a CPU profile of gperftools', 'notMine');
  }
  return hasSymbols(bytes) ? readSymbolised(bytes, limits, source) : readRaw(bytes, limits, source);
}

function readRaw(bytes: Uint8Array, limits: ReaderLimits, source: Place): Profile {
  const { words, periodNs } = readHeader(bytes, 0, source);
  const records = withoutHandlers(readRecords(words, limits, source, false));
  const map = new MemoryMap(readMaps(bytes, words.at));
  const builder = new ProfileBuilder([
    { type: 'samples', unit: 'count' },
    { type: 'cpu', unit: 'nanoseconds' },
  ]);
  const stacks = new StackWriter(builder, limits, source);
  const frames = new CpuFrames(new FrameMaker(builder, limits, source), map, new Map());
  for (const { count, addresses } of records) {
    addresses.forEach((address) => frames.of(address).forEach((frame) => stacks.push(frame)));
    stacks.sample(stacks.leafFirst(), 0, count, count * periodNs);
  }
  return builder.finish({ period: { type: 'cpu', unit: 'nanoseconds', value: periodNs } });
}

/**
 * google-pprof writes addresses of calls, not of returns, the period 1 µs whatever it was, and neither trailer nor maps: so
 * only counts can be given.
 */
function readSymbolised(bytes: Uint8Array, limits: ReaderLimits, source: Place): Profile {
  const symbols = readSymbols(bytes) ?? source.fail('cut off: symbols without the profile behind them');
  const { words } = readHeader(bytes, symbols.profileStart, source);
  const records = readRecords(words, limits, source, true);
  const builder = new ProfileBuilder([{ type: 'samples', unit: 'count' }]);
  const stacks = new StackWriter(builder, limits, source);
  const frames = new CpuFrames(new FrameMaker(builder, limits, source), new MemoryMap([]), symbols.byAddress);
  for (const { count, addresses } of records) {
    addresses.forEach((address) => frames.of(address).forEach((frame) => stacks.push(frame)));
    stacks.sample(stacks.leafFirst(), 0, count);
  }
  return builder.finish();
}

/** Where the reader is, for messages. */
class Place implements Failing {
  at = 0;

  fail(reason: string, kind: FailKind = 'broken'): never {
    throw new ReaderError('gperftools', this.at, reason, kind);
  }
}

function readHeader(bytes: Uint8Array, start: number, source: Place): { words: Words; periodNs: number } {
  source.at = start;
  const format = wordFormat(bytes, start) ?? source.fail('the profile behind the symbols is no CPU profile');
  const words = new Words(bytes, start, format, source);
  words.next();
  const following = Number(words.next());
  if (words.next() !== 0n) {
    source.fail('a CPU profile of Java agents, which hold no C++ stacks');
  }
  const periodNs = Number(words.next()) * 1000;
  for (let i = leastHeaderWords - 1; i < following; i++) {
    words.next();
  }
  return { words, periodNs };
}

/** Ends with the record (0, 1, 0), or of symbolised files with the file. */
function readRecords(words: Words, limits: ReaderLimits, source: Place, symbolised: boolean): Record[] {
  const records: Record[] = [];
  while (!symbolised || words.left > 0) {
    source.at = words.at;
    const count = words.next();
    const depth = words.next();
    if (depth > BigInt(words.left)) {
      source.fail('cut off inside a stack');
    }
    if (depth > limits.stackDepth) {
      source.fail(`a stack deeper than ${limits.stackDepth} frames`, 'tooLarge');
    }
    const addresses = Array.from({ length: Number(depth) }, () => words.next());
    if (count === 0n && depth === 1n && addresses[0] === 0n) {
      break;
    }
    if (records.length === limits.samples) {
      source.fail(`more than ${limits.samples} samples`, 'tooLarge');
    }
    records.push({ count: Number(count), addresses: symbolised ? addresses : addresses.map(callSite) });
  }
  return records;
}

/** Above the leaf stand return addresses: one byte before lies in the call. */
function callSite(address: bigint, i: number): bigint {
  return i > 0 && address > 0n ? address - 1n : address;
}

/** One stack in so many may differ. */
const similarStacks = 32;
const mostHandlerFrames = 2;

/**
 * Nearly all stacks having the same frame right above the leaf are those whose profiler's signal handler was caught: these
 * frames are no part of the program. The handler may also repeat the leaf. Both are left out, as `go tool pprof` does.
 */
function withoutHandlers(records: Record[]): Record[] {
  const enough = records.length - Math.floor(records.length / similarStacks);
  for (let i = 0; i < mostHandlerFrames; i++) {
    const counts = new Map<bigint, number>();
    for (const { addresses } of records.filter((record) => record.addresses.length > 1)) {
      counts.set(addresses[1], (counts.get(addresses[1]) ?? 0) + 1);
    }
    const handler = [...counts].find(([, count]) => count >= enough)?.[0];
    for (const record of records.filter(({ addresses }) => handler !== undefined && addresses[1] === handler)) {
      record.addresses.splice(1, 1);
    }
  }
  for (const record of records.filter(({ addresses }) => addresses[0] === (addresses[1] ?? -2n) + 1n)) {
    record.addresses.splice(1, 1);
  }
  return records;
}

function readMaps(bytes: Uint8Array, start: number): MappedFile[] {
  const lines = new Lines(bytes.subarray(start), 'gperftools');
  const files: MappedFile[] = [];
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    const file = mappedFile(line);
    if (file !== undefined) {
      files.push(file);
    }
  }
  return files;
}

/** Frames of addresses, leaf first: several where calls were inlined. */
class CpuFrames {
  private readonly known = new Map<bigint, readonly FrameIndex[]>();

  constructor(
    private readonly maker: FrameMaker,
    private readonly map: MemoryMap,
    private readonly symbols: ReadonlyMap<bigint, readonly string[]>
  ) {}

  of(address: bigint): readonly FrameIndex[] {
    const known = this.known.get(address);
    if (known !== undefined) {
      return known;
    }
    const file = this.map.find(address);
    const frames = this.symbols.get(address)?.map((name) => this.maker.named({ name, language: 'cpp' }));
    const made = frames ?? [this.maker.address(address, file)];
    this.known.set(address, made);
    return made;
  }
}
