import { frameKinds, type Profile } from '../../src/model/profile';

/** Sums of one value type, by name; zero samples are left out, as the oracles do. */
export interface Totals {
  total: number;
  nonzeroSamples: number;
  negativeValues: number;
  /** By the method of the innermost real frame; `noStack` for samples without one. */
  flat: Map<string, number>;
  /** By method, counted once per stack. */
  cumulative: Map<string, number>;
  byThread: Map<string, number>;
  byEndpoint: Map<string, number>;
}

export const noStack = '<empty stack>';

/**
 * Adds up value type `type` the slow and obvious way. Frames without a name of their own are called '', or with `addresses` what
 * the reader made of their address.
 */
export function totalsOf(profile: Profile, type: number, addresses = false): Totals {
  const totals: Totals = {
    total: 0,
    nonzeroSamples: 0,
    negativeValues: 0,
    flat: new Map(),
    cumulative: new Map(),
    byThread: new Map(),
    byEndpoint: new Map(),
  };
  for (let sample = 0; sample < profile.samples.length; sample++) {
    const value = profile.samples.values[sample * profile.valueTypes.length + type];
    if (value !== 0) {
      addSample(totals, profile, sample, value, addresses);
    }
  }
  return totals;
}

function addSample(totals: Totals, profile: Profile, sample: number, value: number, addresses: boolean): void {
  const names = methodsOf(profile, profile.samples.stack[sample], addresses);
  const context = profile.samples.context[sample];
  totals.total += value;
  totals.nonzeroSamples++;
  totals.negativeValues += value < 0 ? 1 : 0;
  add(totals.flat, names[0] ?? noStack, value);
  for (const name of new Set(names)) {
    add(totals.cumulative, name, value);
  }
  add(totals.byThread, profile.strings[profile.contexts.thread[context]], value);
  add(totals.byEndpoint, profile.strings[profile.contexts.endpoint[context]], value);
}

/** Methods of a stack, leaf first, detail frames left out. */
function methodsOf({ stacks, frames, strings }: Profile, stack: number, addresses: boolean): string[] {
  const indexes = [...stacks.frame.subarray(stacks.offset[stack], stacks.offset[stack + 1])];
  return indexes
    .filter((frame) => !frameKinds[frames.kind[frame]].startsWith('detail:'))
    .map((frame) => strings[frames.method[frame]])
    .map((name) => (addresses ? name : name.replace(/^(?:.*\+)?0x[0-9a-f]+$|^\(unnamed\)$/, '')));
}

function add(sums: Map<string, number>, name: string, value: number): void {
  sums.set(name, (sums.get(name) ?? 0) + value);
}
