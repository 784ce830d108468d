import { type ProfileFilter, parseQuantity } from '../../model/profile-filter';
import { conditionsOf, joinConditions } from './conditions';

/** Bounds of the uploads' duration, both included; an end that is undefined is open. */
export interface DurationRange {
  lowNs?: number;
  highNs?: number;
}

const key = 'duration';
const nsPerSecond = 1e9;

/** What a user writes: a number with a unit, or alone as seconds. undefined = none. */
export function readDuration(text: string): number | undefined {
  const quantity = parseQuantity(text);
  if (!quantity || quantity.value < 0) {
    return undefined;
  }
  return quantity.unit === '' ? quantity.value * nsPerSecond : quantity.value;
}

const units = [
  { unit: 'min', ns: 60e9 },
  { unit: 's', ns: 1e9 },
  { unit: 'ms', ns: 1e6 },
  { unit: 'us', ns: 1e3 },
  { unit: 'ns', ns: 1 },
];

/** In the largest unit that needs no fraction. */
export function writeDuration(durationNs: number): string {
  const whole = Math.round(durationNs);
  const { unit, ns } = units.find(({ ns: size }) => whole >= size && whole % size === 0) ?? { unit: 's', ns: 1 };
  return `${whole / ns}${unit}`;
}

function rangeOf(term: ProfileFilter): DurationRange | undefined {
  if (term.kind === 'range' && term.key === key) {
    return { lowNs: readDuration(term.low), highNs: readDuration(term.high) };
  }
  if (term.kind !== 'compare' || term.key !== key) {
    return undefined;
  }
  const bound = readDuration(term.value);
  // `>` and `<` leave out the bound itself: the slider has no such ends.
  return { '>=': { lowNs: bound }, '<=': { highNs: bound }, '>': undefined, '<': undefined }[term.operator];
}

/** The duration that a search asks for. */
export function durationOf(text: string): DurationRange {
  const ranges = conditionsOf(text).flatMap((term) => rangeOf(term) ?? []);
  return Object.assign({}, ...ranges);
}

/** The search with another duration; the rest of it stays. */
export function withDuration(text: string, { lowNs, highNs }: DurationRange): string {
  const others = conditionsOf(text).filter((term) => rangeOf(term) === undefined);
  const low = lowNs === undefined ? undefined : writeDuration(lowNs);
  const high = highNs === undefined ? undefined : writeDuration(highNs);
  const bounds: ProfileFilter[] =
    low !== undefined && high !== undefined
      ? [{ kind: 'range', key, low, high }]
      : [
          ...(low === undefined ? [] : [{ kind: 'compare' as const, key, operator: '>=' as const, value: low }]),
          ...(high === undefined ? [] : [{ kind: 'compare' as const, key, operator: '<=' as const, value: high }]),
        ];
  return joinConditions([...others, ...bounds]);
}

export type Bounds = Required<DurationRange>;

/** Places of the slider. */
export const stops = 100;

/** Short uploads differ by parts of a second, long ones by minutes: stops are even in the logarithm. */
export function stopOf(ns: number, { lowNs, highNs }: Bounds): number {
  const [low, high, at] = [lowNs, highNs, Math.min(highNs, Math.max(lowNs, ns))].map((value) =>
    Math.log(Math.max(1, value))
  );
  return Math.round(((at - low) / (high - low)) * stops);
}

/** The ends are the bounds themselves, what lies between is rounded to two digits. */
export function durationAt(stop: number, { lowNs, highNs }: Bounds): number {
  if (stop <= 0 || stop >= stops) {
    return stop <= 0 ? lowNs : highNs;
  }
  const low = Math.log(Math.max(1, lowNs));
  const exact = Math.exp(low + (stop / stops) * (Math.log(Math.max(1, highNs)) - low));
  return Number(exact.toPrecision(2));
}
