import type { Program } from './program';
import { makeRandom, seedOf, type Random } from './random';

/** What one process was seen doing in one window: parallel arrays, one entry per sample, before any file is written. */
export interface DrawnUpload {
  readonly length: number;
  readonly stack: Uint32Array;
  readonly thread: Uint32Array;
  /** 0 = none, else 1-based position in `spans`. */
  readonly span: Uint32Array;
  /** Row-major, one per entry of `valueTypes`. */
  readonly values: Float64Array;
  readonly spans: DrawnSpans;
}

export interface DrawnSpans {
  readonly id: BigUint64Array;
  readonly root: BigUint64Array;
  readonly endpoint: Uint32Array;
}

/** As ddtrace spells them. A stack sample has wall time and often CPU time; the others have one kind each. */
export const valueTypes: ReadonlyArray<readonly [type: string, unit: string]> = [
  ['cpu-samples', 'count'],
  ['cpu-time', 'nanoseconds'],
  ['wall-time', 'nanoseconds'],
  ['wall-samples', 'count'],
  ['exception-samples', 'count'],
  ['lock-acquire', 'count'],
  ['lock-acquire-wait', 'nanoseconds'],
  ['alloc-samples', 'count'],
  ['alloc-space', 'bytes'],
  ['heap-space', 'bytes'],
];

export interface DrawOptions {
  /** Samples with wall time. */
  readonly stackSamples: number;
  /** Samples of exceptions, locks, allocations and live heap. */
  readonly otherSamples: number;
  /** Requests in the window; each has three spans. */
  readonly requests: number;
}

export const referenceUpload: DrawOptions = { stackSamples: 1400, otherSamples: 240, requests: 300 };

const spansPerRequest = 3;
const shareWithSpan = 0.65;
const shareOnCpu = 0.6;
const sampleNs = 10_000_000;

/** The `number`-th upload of the program, always the same. */
export function drawUpload(program: Program, number: number, options: DrawOptions = referenceUpload): DrawnUpload {
  const random = makeRandom(seedOf(program.seed, 2, number));
  const length = options.stackSamples + options.otherSamples;
  const spans = drawSpans(options.requests, program.endpoints.length, random);
  const drawn: DrawnUpload = {
    length,
    stack: new Uint32Array(length),
    thread: new Uint32Array(length),
    span: new Uint32Array(length),
    values: new Float64Array(length * valueTypes.length),
    spans,
  };
  for (let i = 0; i < length; i++) {
    const stack = program.drawStack(random);
    drawn.stack[i] = stack;
    // A stack belongs to few threads, as in real programs.
    drawn.thread[i] = (stack + random.below(4)) % program.threads.length;
    drawn.span[i] = spans.id.length > 0 && random.next() < shareWithSpan ? 1 + random.below(spans.id.length) : 0;
    const values = drawn.values.subarray(i * valueTypes.length, (i + 1) * valueTypes.length);
    if (i < options.stackSamples) {
      drawStackValues(values, random);
    } else {
      drawOtherValues(values, random);
    }
  }
  return drawn;
}

function drawSpans(requests: number, endpoints: number, random: Random): DrawnSpans {
  const count = requests * spansPerRequest;
  const spans = { id: new BigUint64Array(count), root: new BigUint64Array(count), endpoint: new Uint32Array(count) };
  const words = new Uint32Array(spans.id.buffer);
  for (let i = 0; i < words.length; i++) {
    words[i] = random.word();
  }
  for (let request = 0; request < requests; request++) {
    const endpoint = Math.floor(endpoints * random.next() ** 2);
    for (let child = 0; child < spansPerRequest; child++) {
      const at = request * spansPerRequest + child;
      spans.root[at] = spans.id[request * spansPerRequest];
      spans.endpoint[at] = endpoint;
    }
  }
  return spans;
}

function drawStackValues(values: Float64Array, random: Random): void {
  const onCpu = random.next() < shareOnCpu;
  values[0] = onCpu ? 1 : 0;
  values[1] = onCpu ? Math.round(sampleNs * (0.2 + 0.8 * random.next())) : 0;
  values[2] = Math.round(sampleNs * (1 + 4 * random.next() ** 4));
  values[3] = 1;
}

function drawOtherValues(values: Float64Array, random: Random): void {
  switch (random.below(4)) {
    case 0:
      values[4] = 1 + random.below(3);
      return;
    case 1:
      values[5] = 1;
      values[6] = Math.round(1e6 * random.next() ** 3) + 1;
      return;
    case 2:
      values[7] = 1 + random.below(20);
      values[8] = 512 * (1 + random.below(4000));
      return;
    default:
      values[9] = 512 * (1 + random.below(8000));
  }
}
