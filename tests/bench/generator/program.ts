import { makeRandom, makeZipf, seedOf, type Random } from './random';

/**
 * A made-up program: its functions, the stacks that its threads are seen in, and how often. Shapes as measured for the schema:
 * 60,000 stacks of depth 33 over 7,900 functions, popularity falling as Zipf 1.05, 96 threads, 30 endpoints.
 */
export interface ProgramShape {
  readonly stacks: number;
  readonly functions: number;
  /** Mean; single stacks are 0.4 to 1.6 times as deep. */
  readonly depth: number;
  readonly threads: number;
  readonly endpoints: number;
}

export const referenceShape: ProgramShape = {
  stacks: 60_000,
  functions: 7_900,
  depth: 33,
  threads: 96,
  endpoints: 30,
};

export interface Program {
  readonly seed: number;
  readonly functions: readonly ProgramFunction[];
  /** Stack s is `frame[offset[s]] … frame[offset[s + 1] - 1]`, leaf first; a frame is a function and a line, see `frameOf`. */
  readonly offset: Uint32Array;
  readonly frame: Uint32Array;
  readonly threads: readonly string[];
  readonly endpoints: readonly string[];
  /** Draws a stack, popular ones more often. */
  drawStack(random: Random): number;
}

export interface ProgramFunction {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

/** Lines on which a function calls others. */
export const linesPerFunction = 4;

export function frameOf(functionNumber: number, line: number): number {
  return functionNumber * linesPerFunction + line;
}

export function functionOf(frame: number): number {
  return Math.floor(frame / linesPerFunction);
}

export function lineOf(frame: number): number {
  return (frame % linesPerFunction) * 3;
}

export function makeProgram(seed: number, shape: ProgramShape = referenceShape): Program {
  const random = makeRandom(seedOf(seed, 1));
  const { offset, frame } = makeStacks(shape, random);
  const popular = shuffled(shape.stacks, random);
  const drawRank = makeZipf(shape.stacks, 1.05);
  return {
    seed,
    functions: Array.from({ length: shape.functions }, (_, index) => makeFunction(index, random)),
    offset,
    frame,
    threads: Array.from({ length: shape.threads }, (_, index) => threadName(index)),
    endpoints: Array.from({ length: shape.endpoints }, (_, index) => endpointName(index)),
    drawStack: (drawing) => popular[drawRank(drawing)],
  };
}

/** Stacks share their root side: a new one leaves an earlier one somewhere on its way up and goes on alone. */
function makeStacks(shape: ProgramShape, random: Random): Pick<Program, 'offset' | 'frame'> {
  const offset = new Uint32Array(shape.stacks + 1);
  let frame = new Uint32Array(shape.stacks * shape.depth);
  const drawFunction = makeZipf(shape.functions, 1);
  for (let stack = 0; stack < shape.stacks; stack++) {
    const depth = Math.max(3, Math.round(shape.depth * (0.4 + 1.2 * random.next())));
    const from = offset[stack];
    if (from + depth > frame.length) {
      const grown = new Uint32Array(frame.length * 2);
      grown.set(frame);
      frame = grown;
    }
    const kept = stack === 0 ? 0 : copyRootSide({ offset, frame }, random.below(stack), { from, depth }, random);
    for (let at = from; at < from + depth - kept; at++) {
      frame[at] = frameOf(drawFunction(random), Math.floor(linesPerFunction * random.next() ** 4));
    }
    offset[stack + 1] = from + depth;
  }
  return { offset, frame: frame.slice(0, offset[shape.stacks]) };
}

/** Returns how many frames at the root are the other stack's. */
function copyRootSide(
  { offset, frame }: Pick<Program, 'offset' | 'frame'>,
  other: number,
  { from, depth }: { readonly from: number; readonly depth: number },
  random: Random
): number {
  const otherDepth = offset[other + 1] - offset[other];
  const most = Math.min(depth - 1, otherDepth);
  const kept = Math.round(most * (1 - 0.5 * random.next() ** 2));
  for (let up = 1; up <= kept; up++) {
    frame[from + depth - up] = frame[offset[other + 1] - up];
  }
  return kept;
}

function shuffled(count: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

const modules = ['orders', 'payments', 'catalog', 'search', 'auth', 'reports', 'cache', 'storage', 'rpc', 'codec'];
const verbs = ['load', 'save', 'parse', 'render', 'find', 'merge', 'encode', 'decode', 'check', 'send', 'wait', 'lock'];
const nouns = ['order', 'user', 'page', 'index', 'batch', 'query', 'token', 'frame', 'block', 'stream', 'session'];

function makeFunction(index: number, random: Random): ProgramFunction {
  const module = modules[random.below(modules.length)];
  const part = nouns[random.below(nouns.length)];
  return {
    name: `${verbs[random.below(verbs.length)]}_${nouns[random.below(nouns.length)]}_${index}`,
    file: `/app/shop/${module}/${part}_${index % 400}.py`,
    line: 1 + random.below(900),
  };
}

function threadName(index: number): string {
  const pools = ['worker', 'http', 'db-pool', 'scheduler'];
  return `${pools[index % pools.length]}-${Math.floor(index / pools.length)}`;
}

function endpointName(index: number): string {
  const methods = ['GET', 'POST', 'PUT'];
  return `${methods[index % methods.length]} /api/${nouns[index % nouns.length]}s/${modules[index % modules.length]}`;
}
