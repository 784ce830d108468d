import { type Profile, ReaderError, type ReaderLimits } from '../../../src/model/profile';
import { ProfileBuilder } from '../../../src/model/profile-builder';
import { FrameMaker } from '../frames';
import { heapHeader, type HeapRecord, heapRecord, heapTypes, heapValues } from '../go-text/heap-records';
import { type MappedFile, mappedFile, MemoryMap } from '../memory-map';
import type { Reader } from '../reader';
import { StackWriter } from '../stack-writer';
import { Lines, textStart } from '../text';

/** Heap profiles of gperftools and old tcmalloc as text: records, then `MAPPED_LIBRARIES:`. Shown as binary+0xaddress. */
export const gperftoolsHeapReader: Reader = { format: 'gperftools-heap', sniff: looksLikeHeap, read: readHeap };

function looksLikeHeap(bytes: Uint8Array): boolean {
  const header = heapHeader(textStart(bytes, 256));
  return header !== undefined && header.source !== 'heap';
}

function readHeap(bytes: Uint8Array, limits: ReaderLimits): Profile {
  const header = heapHeader(textStart(bytes, 256));
  if (header === undefined || header.source === 'heap') {
    throw new ReaderError('gperftools-heap', 0, 'not a heap profile of gperftools', 'notMine');
  }
  const lines = new Lines(bytes, 'gperftools-heap');
  if (!/^heap(?:profile|z?_v2)?$/.test(header.source)) {
    lines.fail(`a "${header.source}" profile of tcmalloc, which is no heap profile`);
  }
  // `heapprofile/N` only says how often profiles are written.
  const { records, files } = readLines(lines, header.source === 'heapprofile' ? 0 : header.rate, limits);
  const map = new MemoryMap(files);
  const builder = new ProfileBuilder(heapTypes);
  const frames = new FrameMaker(builder, limits, lines);
  const stacks = new StackWriter(builder, limits, lines);
  for (const record of records) {
    for (const address of record.addresses) {
      // Return addresses: one byte before lies in the call.
      const call = address > 0n ? address - 1n : address;
      stacks.push(frames.address(call, map.find(call)));
    }
    stacks.sample(stacks.leafFirst(), 0, ...heapValues(record));
  }
  return builder.finish();
}

/** The maps come last, so everything is read before anything is named. */
function readLines(lines: Lines, rate: number, limits: ReaderLimits): { records: HeapRecord[]; files: MappedFile[] } {
  const records: HeapRecord[] = [];
  const files: MappedFile[] = [];
  let mapped = false;
  lines.next();
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    const file = mapped ? mappedFile(line) : undefined;
    if (file !== undefined) {
      files.push(file);
    } else if (!mapped && line.trim() !== '') {
      mapped = /^(?:MAPPED_LIBRARIES|--- Memory map: ---)/.test(line);
      if (!mapped) {
        records.push(heapRecord(line, rate) ?? lines.fail('a line that is no record of a heap profile'));
      }
    }
    if (records.length > limits.samples) {
      lines.fail(`more than ${limits.samples} samples`, 'tooLarge');
    }
  }
  return { records, files };
}
