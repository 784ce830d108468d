import { resolveProfileTypes } from '../../src/model/profile-types';
import type { ContextTable, Profile } from '../../src/model/profile';
import type { ContentHasher } from './content-ids';
import type { FormContext } from './form';
import { timedProfiles } from './read-upload';
import { understandRequest, type Understood } from './understand';

/** Which samples of a stored request are wanted, with the times at which they were taken. */
export interface TimedQuestion {
  /** Of several processes in one request, the ones of this service. */
  readonly service: string;
  readonly profileTypes: readonly string[];
  /** `root`: samples under these local root spans, or of the span itself where its root is not known. */
  readonly spans: { readonly kind: 'span' | 'root'; readonly ids: readonly bigint[] };
  /** `spans`: their own samples; `window`: all samples of the process at that time. */
  readonly take: 'spans' | 'window';
  /** ns since 1970; absent = from the first to the last sample of the spans, of any type. */
  readonly window?: { readonly startNs: bigint; readonly endNs: bigint };
}

/** The samples of each asked type, in their order. */
export interface TimedSamples {
  readonly baseNs: bigint;
  readonly types: readonly TimedRows[];
}

/** Samples joined by stack and thread. Parallel arrays; times in ns after `baseNs`. */
export interface TimedRows {
  readonly stack: BigUint64Array;
  readonly thread: readonly string[];
  readonly value: Float64Array;
  readonly samples: Uint32Array;
  readonly firstNs: Float64Array;
  readonly lastNs: Float64Array;
  /** Samples that are of the spans, or might be in the window, but say no time: they are left out of a window. */
  readonly untimed: number;
}

/** Reads a stored request once more. Samples of value 0 don't count, as in the tables. */
export async function readTimedSamples(
  body: Uint8Array<ArrayBuffer>,
  context: FormContext & { readonly hasher: ContentHasher },
  question: TimedQuestion
): Promise<TimedSamples> {
  const understood = await understandRequest(body, { ...context, sampleTimes: true });
  const files = filesOf(understood, question.service);
  const baseNs = question.window?.startNs ?? files.reduce((first, { profile }) => earlier(first, profile.startNs), 0n);
  const window = question.window ?? spanExtent(files, question);
  const identified = files.map((file) => ({ ...file, ...identify(file, question, context.hasher) }));
  const types = question.profileTypes.map((type) => {
    const rows = new RowCollector();
    for (const file of identified) {
      columnsOf(file, type).forEach((column) => addColumn(file, column, question.take, window, baseNs, rows));
    }
    return rows.finish();
  });
  return { baseNs, types };
}

interface TimedFile {
  readonly name: string;
  readonly language: string;
  readonly profile: Profile;
}

function filesOf(understood: Understood, service: string): TimedFile[] {
  const isAsked = (labels: ReadonlyMap<string, string>) => labels.get('service') === service;
  if (understood.kind === 'otlp') {
    const parts = understood.request.parts.filter(({ labels }) => isAsked(labels));
    return parts.map(({ upload, labels }) => ({
      name: '',
      language: labels.get('language') ?? '',
      profile: upload.profile,
    }));
  }
  const uploads = understood.uploads.filter(({ labels }) => isAsked(labels));
  return uploads.flatMap((upload) =>
    timedProfiles(upload).map((file) => ({ ...file, language: upload.labels.get('language') ?? '' }))
  );
}

function earlier(a: bigint, b: bigint): bigint {
  return a === 0n || (b !== 0n && b < a) ? b : a;
}

interface IdentifiedFile extends TimedFile {
  readonly stackIds: BigUint64Array;
  /** Per context, whether its samples are of the asked spans. */
  readonly matches: Uint8Array;
}

function identify({ profile }: TimedFile, { spans }: TimedQuestion, hasher: ContentHasher) {
  const stackIds = hasher.stackIds(profile.stacks, hasher.frameIds(profile.frames, profile.strings));
  return { stackIds, matches: matchContexts(profile, spans) };
}

/** A column of a file's values that counts for the asked type. */
interface TypeColumn {
  readonly column: number;
  readonly scale: number;
}

function columnsOf({ name, language, profile }: TimedFile, profileType: string): TypeColumn[] {
  const resolved = resolveProfileTypes(profile.valueTypes, { attachment: name, language, period: profile.period });
  return resolved.flatMap(({ id, twin, scale }, column) => [
    ...(id === profileType ? [{ column, scale }] : []),
    ...(twin === profileType ? [{ column, scale: 1 }] : []),
  ]);
}

function matchContexts({ contexts }: Profile, { kind, ids }: TimedQuestion['spans']): Uint8Array {
  const wanted = new Set(ids);
  const matches = (table: ContextTable, i: number) =>
    kind === 'span' || table.rootSpanId[i] === 0n ? wanted.has(table.spanId[i]) : wanted.has(table.rootSpanId[i]);
  return Uint8Array.from({ length: contexts.length }, (_, i) => (matches(contexts, i) ? 1 : 0));
}

interface TimeWindow {
  readonly startNs: bigint;
  readonly endNs: bigint;
}

/** From the first to the last sample of the spans. */
function spanExtent(files: readonly TimedFile[], { spans }: TimedQuestion): TimeWindow | undefined {
  let startNs = 0n;
  let endNs = 0n;
  for (const { profile } of files) {
    const { timeNs, context, length } = profile.samples;
    const matches = matchContexts(profile, spans);
    for (let i = 0; timeNs !== undefined && i < length; i++) {
      if (matches[context[i]] === 1 && !Number.isNaN(timeNs[i])) {
        const time = profile.startNs + BigInt(Math.round(timeNs[i]));
        startNs = earlier(startNs, time);
        endNs = time > endNs ? time : endNs;
      }
    }
  }
  return endNs === 0n ? undefined : { startNs, endNs };
}

function addColumn(
  { profile, stackIds, matches }: IdentifiedFile,
  { column, scale }: TypeColumn,
  take: TimedQuestion['take'],
  window: TimeWindow | undefined,
  baseNs: bigint,
  rows: RowCollector
): void {
  const { stack, context, values, timeNs, length } = profile.samples;
  const shiftNs = Number(profile.startNs - baseNs);
  const fromNs = window === undefined ? NaN : Number(window.startNs - baseNs);
  const toNs = window === undefined ? NaN : Number(window.endNs - baseNs);
  for (let i = 0; i < length; i++) {
    const value = values[i * profile.valueTypes.length + column];
    const time = timeNs === undefined ? NaN : timeNs[i] + shiftNs;
    const isIn = take === 'spans' ? matches[context[i]] === 1 : time >= fromNs && time <= toNs;
    if (value !== 0 && isIn) {
      const thread = profile.strings[profile.contexts.thread[context[i]]];
      rows.add(stackIds[stack[i]], thread, scale === 1 ? value : Math.round(value * scale), time);
    } else if (take === 'window' && value !== 0 && Number.isNaN(time)) {
      rows.untimed++;
    }
  }
}

class RowCollector {
  untimed = 0;
  private readonly numbers = new Map<string, number>();
  private readonly stack: bigint[] = [];
  private readonly thread: string[] = [];
  private readonly value: number[] = [];
  private readonly samples: number[] = [];
  private readonly firstNs: number[] = [];
  private readonly lastNs: number[] = [];

  add(stack: bigint, thread: string, value: number, timeNs: number): void {
    const row = this.row(stack, thread);
    this.value[row] += value;
    this.samples[row]++;
    if (Number.isNaN(timeNs)) {
      this.untimed++;
    } else {
      this.firstNs[row] = Math.min(this.firstNs[row], timeNs);
      this.lastNs[row] = Math.max(this.lastNs[row], timeNs);
    }
  }

  private row(stack: bigint, thread: string): number {
    const key = `${stack}/${thread}`;
    let row = this.numbers.get(key);
    if (row === undefined) {
      row = this.stack.push(stack) - 1;
      this.thread.push(thread);
      this.value.push(0);
      this.samples.push(0);
      this.firstNs.push(Infinity);
      this.lastNs.push(-Infinity);
      this.numbers.set(key, row);
    }
    return row;
  }

  finish(): TimedRows {
    return {
      stack: BigUint64Array.from(this.stack),
      thread: this.thread,
      value: Float64Array.from(this.value),
      samples: Uint32Array.from(this.samples),
      firstNs: Float64Array.from(this.firstNs),
      lastNs: Float64Array.from(this.lastNs),
      untimed: this.untimed,
    };
  }
}
