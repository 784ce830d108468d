import { type FrameIndex, type Profile, ReaderError, type ReaderLimits } from '../../../src/model/profile';
import { languageOfFile } from '../../../src/model/frame-names';
import { ProfileBuilder } from '../../../src/model/profile-builder';
import { FrameMaker } from '../frames';
import { JsonFile, type JsonObject, jsonOutline, numberOr, textOr } from '../json';
import { OpenFrames } from '../open-frames';
import type { Reader } from '../reader';
import { StackWriter } from '../stack-writer';

/** Chrome's trace events, as py-spy writes them: B and E events, or X events with a duration, thread by thread. */
export const chromeTraceReader: Reader = { format: 'chrome-trace', sniff: looksLikeTrace, read: readTrace };

function looksLikeTrace(bytes: Uint8Array): boolean {
  const { kind, keys } = jsonOutline(bytes);
  return kind === 'array' ? keys.has('ph') : keys.has('traceEvents');
}

function readTrace(bytes: Uint8Array, limits: ReaderLimits): Profile {
  if (!looksLikeTrace(bytes)) {
    throw new ReaderError('chrome-trace', 0, 'not a Chrome trace', 'notMine');
  }
  const json = new JsonFile(bytes, 'chrome-trace');
  const { threads, names, sampled } = readEvents(json);
  const type = sampled ? 'cpu' : 'time';
  const builder = new ProfileBuilder([{ type, unit: 'nanoseconds' }]);
  const maker = new FrameMaker(builder, limits, json);
  const stacks = new StackWriter(builder, limits, json);
  for (const [id, events] of threads) {
    const thread = names.get(id) ?? id.slice(id.indexOf('/') + 1);
    const open = new OpenFrames(stacks, builder.context({ thread }), json, (stack, context, value) =>
      stacks.sample(stack, context, value)
    );
    readThread(json, events, maker, open);
  }
  return builder.finish({ durationNs: durationOf(threads) });
}

interface TraceEvent {
  readonly phase: 'B' | 'E' | 'X';
  readonly atNs: number;
  /** Of X events. */
  readonly endNs: number;
  readonly event: JsonObject;
}

interface Trace {
  /** By `pid/tid`. */
  readonly threads: ReadonlyMap<string, TraceEvent[]>;
  readonly names: ReadonlyMap<string, string>;
  /** py-spy's: idle threads are left out. */
  readonly sampled: boolean;
}

function readEvents(json: JsonFile): Trace {
  const list = Array.isArray(json.root)
    ? json.array(json.root, 'the file')
    : json.array(json.object(json.root, 'the file').traceEvents, '`traceEvents`');
  const threads = new Map<string, TraceEvent[]>();
  const names = new Map<string, string>();
  let sampled = false;
  for (const value of list) {
    const event = json.object(value, 'an event');
    refuseBrowserTrace(json, event);
    const id = `${numberOr(event.pid, 0)}/${textOr(event.tid, String(numberOr(event.tid, 0)))}`;
    const phase = event.ph;
    if (phase === 'M' && event.name === 'thread_name') {
      names.set(id, textOr(json.optionalObject(event.args).name, ''));
    } else if (phase === 'B' || phase === 'E' || phase === 'X') {
      sampled ||= event.cat === 'py-spy';
      const events = threads.get(id) ?? [];
      threads.set(id, events);
      events.push(traceEvent(json, phase, event));
    }
  }
  return { threads, names, sampled };
}

/** Those hold a whole browser's tasks; what V8 sampled is inside, in pieces. */
function refuseBrowserTrace(json: JsonFile, event: JsonObject): void {
  if (event.name === 'ProfileChunk') {
    json.fail('a trace of a browser: save a .cpuprofile instead (node --cpu-prof, or the JavaScript profiler)');
  }
}

function traceEvent(json: JsonFile, phase: TraceEvent['phase'], event: JsonObject): TraceEvent {
  const us = json.number(event.ts, 'the time of an event');
  const atNs = Math.round(us * 1000);
  const endNs = Math.round((us + Math.max(0, numberOr(event.dur, 0))) * 1000);
  return { phase, atNs, endNs, event };
}

/** Events may come unsorted; of those that begin together the longer one is the outer one. */
function inOrder(events: readonly TraceEvent[]): TraceEvent[] {
  return [...events].sort((a, b) => a.atNs - b.atNs || (a.phase === 'X' && b.phase === 'X' ? b.endNs - a.endNs : 0));
}

function readThread(json: JsonFile, events: readonly TraceEvent[], maker: FrameMaker, open: OpenFrames): void {
  /** When the open frames end; undefined = at their E event. */
  const ends: Array<number | undefined> = [];
  const closeUntil = (atNs: number): void => {
    for (let end = ends.at(-1); end !== undefined && end <= atNs; end = ends.at(-1)) {
      open.advance(end);
      open.pop();
      ends.pop();
    }
  };
  for (const { phase, atNs, endNs, event } of inOrder(events)) {
    closeUntil(atNs);
    open.advance(atNs);
    if (phase === 'E') {
      open.pop();
      ends.pop();
    } else {
      open.push(frameOf(json, event, maker));
      ends.push(phase === 'X' ? endNs : undefined);
    }
  }
  closeUntil(Infinity);
}

function frameOf(json: JsonFile, event: JsonObject, maker: FrameMaker): FrameIndex {
  const args = json.optionalObject(event.args);
  const file = textOr(args.filename, '');
  const name = textOr(event.name, '') || '(unnamed)';
  return maker.named({ name, file, line: numberOr(args.line, 0), language: languageOfFile(file) });
}

function durationOf(threads: Trace['threads']): number {
  let first = Infinity;
  let last = -Infinity;
  for (const { atNs, endNs } of [...threads.values()].flat()) {
    first = Math.min(first, atNs);
    last = Math.max(last, atNs, endNs);
  }
  return last > first && Number.isSafeInteger(last - first) ? last - first : 0;
}
