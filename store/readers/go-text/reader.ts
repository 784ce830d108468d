import { type Profile, ReaderError, type ReaderLimits } from '../../../src/model/profile';
import { type ContextFields, ProfileBuilder } from '../../../src/model/profile-builder';
import { FrameMaker, type NamedFrame } from '../frames';
import type { Reader } from '../reader';
import { StackWriter } from '../stack-writer';
import { Lines, textStart } from '../text';
import { readLabels } from './labels';
import { textKind, type TextKind, type TextRecord } from './kinds';

/** The text that Go's `/debug/pprof/*?debug=1` shows: heap, allocs, goroutine, threadcreate, block, mutex. */
export const goTextReader: Reader = { format: 'go-text', sniff: looksLikeGoText, read: readGoText };

/** Stacks of all goroutines, as a crash prints them: `goroutine 1 [running]:`. */
const dump = /^goroutine \d+ (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[[^\]]+\]:/;

function looksLikeGoText(bytes: Uint8Array): boolean {
  const start = textStart(bytes);
  return textKind(start) !== undefined || dump.test(start);
}

function readGoText(bytes: Uint8Array, limits: ReaderLimits): Profile {
  const start = textStart(bytes);
  const kind = textKind(start);
  if (kind === undefined) {
    const [what, error] = dump.test(start)
      ? ([
          'stacks of goroutines as debug=2 prints them: fetch the profile without debug, or with debug=1',
          'broken',
        ] as const)
      : (['not a text profile of Go', 'notMine'] as const);
    throw new ReaderError('go-text', 0, what, error);
  }
  const lines = new Lines(bytes, 'go-text');
  const builder = new ProfileBuilder(kind.types);
  const writer = new GoTextWriter(
    builder,
    kind,
    new FrameMaker(builder, limits, lines),
    new StackWriter(builder, limits, lines)
  );
  lines.next();
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    if (line.startsWith('#')) {
      writer.comment(line);
    } else if (line.trim() !== '' && !kind.isHeader(line)) {
      writer.record(kind.record(line) ?? lines.fail('a line that is no record of this profile'));
    }
  }
  writer.finish();
  return builder.finish();
}

/** `#	0x4e9eb8	demo/work.Report+0x258	demo/work/work.go:91`: what one of a record's addresses is called. */
function namedFrame(line: string): NamedFrame | undefined {
  const [mark, , symbol = '', place = ''] = line.split(/\t+/, 5);
  const plus = symbol.lastIndexOf('+0x');
  const colon = place.lastIndexOf(':');
  return mark === '#' && plus > 0 && colon > 0
    ? {
        name: symbol.slice(0, plus),
        file: place.slice(0, colon),
        line: Number(place.slice(colon + 1)) || 0,
        language: 'go',
      }
    : undefined;
}

/** A record, then its lines of names, then the next one. */
class GoTextWriter {
  private pending: TextRecord | undefined;
  private named = 0;
  private context: ContextFields = {};

  constructor(
    private readonly builder: ProfileBuilder,
    private readonly kind: TextKind,
    private readonly frames: FrameMaker,
    private readonly stacks: StackWriter
  ) {}

  record(record: TextRecord): void {
    this.finish();
    this.pending = record;
  }

  /** Go leaves out frames of its runtime at the leaf; lines that name none are statistics of the memory allocator. */
  comment(line: string): void {
    if (this.pending === undefined || line.length > 10_000) {
      return;
    }
    const frame = namedFrame(line);
    if (frame) {
      this.stacks.push(this.frames.named(frame));
      this.named++;
    } else if (line.startsWith('# labels: ')) {
      this.context = readLabels(line.slice('# labels: '.length));
    }
  }

  finish(): void {
    const { pending } = this;
    if (pending === undefined) {
      return;
    }
    if (this.named === 0) {
      // The runtime fills what it does not know with zeros.
      const known = pending.addresses.filter((address) => address !== 0n);
      known.forEach((address) => this.stacks.push(this.frames.address(address, undefined)));
    }
    const values = this.kind.values(pending);
    this.stacks.sample(this.stacks.leafFirst(), this.builder.context(this.context), ...values);
    this.pending = undefined;
    this.named = 0;
    this.context = {};
  }
}
