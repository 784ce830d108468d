import {
  type FrameIndex,
  type Profile,
  ReaderError,
  type ReaderLimits,
  type RuntimeInfoEntry,
  type ValueType,
} from '../../../src/model/profile';
import { ProfileBuilder } from '../../../src/model/profile-builder';
import { FrameMaker } from '../frames';
import type { Reader } from '../reader';
import { StackWriter, Threads } from '../stack-writer';
import { Lines, textStart } from '../text';
import { type EventLine, eventLine } from './event-line';
import { frameLine } from './frame-line';

/** What `perf script` prints, with or without `--header`. */
export const perfScriptReader: Reader = { format: 'perf-script', sniff: looksLikePerf, read: readPerf };

/** The header alone may take some kilobytes. */
const sniffedBytes = 65_536;

function looksLikePerf(bytes: Uint8Array): boolean {
  const lines = textStart(bytes, sniffedBytes).split('\n');
  const first = lines.find((line) => line.trim() !== '' && !line.startsWith('#'));
  const header =
    lines[0].startsWith('# ========') && lines.some((line) => /^# perf version\b|^# captured on\b/.test(line));
  return header || (first !== undefined && eventLine(first) !== undefined);
}

function readPerf(bytes: Uint8Array, limits: ReaderLimits): Profile {
  if (!looksLikePerf(bytes)) {
    throw new ReaderError('perf-script', 0, 'not the text of perf script', 'notMine');
  }
  const events = findEvents(bytes);
  const columns = columnsOf(events);
  const lines = new Lines(bytes, 'perf-script');
  const builder = new ProfileBuilder(columns.types);
  const stacks = new StackWriter(builder, limits, lines);
  const frames = new PerfFrames(new FrameMaker(builder, limits, lines));
  const threads = new Threads(builder);
  const info: RuntimeInfoEntry[] = [];
  let current: EventLine | undefined;
  const finish = (): void => {
    if (current !== undefined) {
      stacks.sample(stacks.leafFirst(), threads.of(current.thread), ...columns.row(current));
    }
    current = undefined;
  };
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    if (line.startsWith('#')) {
      info.push(...headerEntry(line));
    } else if (line.trim() === '') {
      finish();
    } else if (current !== undefined && /^\s/.test(line) && frames.push(line, stacks)) {
      continue;
    } else {
      const event = eventLine(line);
      if (event !== undefined) {
        finish();
        current = event;
      } else if (current === undefined || !/^\s/.test(line)) {
        lines.fail('a line that neither begins a sample nor belongs to its stack');
      }
    }
  }
  finish();
  return builder.finish({ durationNs: events.durationNs, runtimeInfo: info });
}

interface PerfEvents {
  readonly names: readonly string[];
  /** Whether samples say what they stand for. */
  readonly periods: boolean;
  readonly durationNs: number;
}

/** The columns must be known before the first sample, so the events are looked for beforehand. */
function findEvents(bytes: Uint8Array): PerfEvents {
  const lines = new Lines(bytes, 'perf-script');
  const names = new Set<string>();
  let first = Infinity;
  let last = -Infinity;
  let periods = false;
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    const event = /^[\s#]/.test(line) ? undefined : eventLine(line);
    if (event !== undefined) {
      names.add(event.event);
      periods ||= event.period !== undefined;
      first = Math.min(first, event.timeS ?? first);
      last = Math.max(last, event.timeS ?? last);
    }
    if (names.size > mostEvents) {
      lines.fail(`more than ${mostEvents} kinds of events`, 'tooLarge');
    }
  }
  const durationNs = last > first ? Math.round((last - first) * 1e9) : 0;
  return { names: [...names], periods, durationNs: Number.isSafeInteger(durationNs) ? durationNs : 0 };
}

const mostEvents = 100;
/** Their period is the time between two samples. */
const clocks = new Set(['cpu-clock', 'task-clock']);

interface PerfColumns {
  readonly types: readonly ValueType[];
  row(event: EventLine): number[];
}

/** One event: its samples, and what they stand for where that is said. Several: one column each. */
function columnsOf({ names, periods }: PerfEvents): PerfColumns {
  const types = periods || names.length > 1 ? names.map(typeOf) : [];
  const counted = names.length <= 1;
  return {
    types: [...(counted ? [{ type: 'samples', unit: 'count' }] : []), ...types],
    row: ({ event, period }) => [
      ...(counted ? [1] : []),
      ...types.map((_, i) => (names[i] === event ? (period ?? 1) : 0)),
    ],
  };
}

function typeOf(event: string): ValueType {
  return clocks.has(event) ? { type: 'cpu', unit: 'nanoseconds' } : { type: event, unit: 'count' };
}

/** `# hostname : demo-host` */
function headerEntry(line: string): RuntimeInfoEntry[] {
  const found = line.length < 2000 ? /^# ([a-z][\w -]*?)\s*: (.+)$/.exec(line) : null;
  return found && found[1] !== 'event' ? [{ group: 'perf', key: found[1], value: found[2].trim() }] : [];
}

/** Lines of stacks, made frames once. */
class PerfFrames {
  private readonly known = new Map<string, FrameIndex>();

  constructor(private readonly maker: FrameMaker) {}

  /** False when the line is no frame. */
  push(line: string, stacks: StackWriter): boolean {
    const frame = this.known.get(line) ?? this.make(line);
    if (frame === undefined) {
      return false;
    }
    stacks.push(frame);
    return true;
  }

  private make(line: string): FrameIndex | undefined {
    const parsed = frameLine(line);
    if (parsed === undefined) {
      return undefined;
    }
    const frame = 'name' in parsed ? this.maker.named(parsed) : this.maker.addressIn(parsed.mapping, parsed.address);
    this.known.set(line, frame);
    return frame;
  }
}
