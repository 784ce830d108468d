import { frameKinds, type Profile } from './profile';

/** Throws when the profile breaks one of the invariants that `profile.ts` states. Linear in the size of the profile. */
export function checkProfile(profile: Profile): void {
  check(profile.strings[0] === '', 'strings[0] must be empty');
  checkFrames(profile);
  checkStacks(profile);
  checkContexts(profile);
  checkSamples(profile);
  check(profile.startNs >= 0n, 'startNs must not be negative');
  check(Number.isSafeInteger(profile.durationNs) && profile.durationNs >= 0, 'durationNs must be a whole number');
}

function checkFrames({ frames, strings }: Profile): void {
  const { length, method, className, packageName, library, file, line, kind } = frames;
  for (const [name, column] of Object.entries({ method, className, packageName, library, file })) {
    checkIndexes(`frames.${name}`, column, length, strings.length);
  }
  checkIndexes('frames.kind', kind, length, frameKinds.length);
  check(line.length === length, 'frames.line has another length than its table');
}

function checkStacks({ stacks, frames }: Profile): void {
  const { length, offset, frame } = stacks;
  check(length >= 1 && offset.length === length + 1, 'stacks.offset must have one entry more than stacks');
  check(offset[0] === 0 && offset[1] === 0, 'stacks[0] must be the empty stack');
  for (let i = 0; i < length; i++) {
    check(offset[i] <= offset[i + 1], `stacks.offset goes back at ${i}`);
  }
  checkIndexes('stacks.frame', frame, offset[length], frames.length);
}

function checkContexts({ contexts, strings }: Profile): void {
  const { length, thread, endpoint, spanId, rootSpanId, traceIdHigh, traceIdLow, operation, labels, inferred } =
    contexts;
  checkIndexes('contexts.thread', thread, length, strings.length);
  checkIndexes('contexts.endpoint', endpoint, length, strings.length);
  checkIndexes('contexts.operation', operation ?? new Uint32Array(length), length, strings.length);
  checkIndexes('contexts.labels', labels ?? new Uint32Array(length), length, strings.length);
  checkIndexes('contexts.inferred', inferred ?? new Uint8Array(length), length, 2);
  const ids = [spanId, rootSpanId, traceIdHigh, traceIdLow];
  check(
    ids.every((column) => column.length === length),
    'a column of contexts has another length than its table'
  );
  check(length >= 1 && thread[0] === 0 && endpoint[0] === 0, 'contexts[0] must be empty');
  check(
    ids.every((column) => column[0] === 0n),
    'contexts[0] must have no ids'
  );
}

function checkSamples({ samples, stacks, contexts, valueTypes }: Profile): void {
  checkIndexes('samples.stack', samples.stack, samples.length, stacks.length);
  checkIndexes('samples.context', samples.context, samples.length, contexts.length);
  const { values, timeNs } = samples;
  check(timeNs === undefined || timeNs.length === samples.length, 'samples.timeNs must hold one time per sample');
  check(values.length === samples.length * valueTypes.length, 'samples.values must hold one value per sample and type');
  for (let i = 0; i < values.length; i++) {
    check(Number.isSafeInteger(values[i]), `samples.values[${i}] is not a safe integer`);
  }
}

function checkIndexes(name: string, column: ArrayLike<number>, length: number, end: number): void {
  check(column.length === length, `${name} has another length than its table`);
  for (let i = 0; i < length; i++) {
    check(column[i] < end, `${name}[${i}] is out of range`);
  }
}

function check(holds: boolean, message: string): void {
  if (!holds) {
    throw new Error(`broken profile: ${message}`);
  }
}
