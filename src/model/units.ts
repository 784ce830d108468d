import { type Unit } from './profile-types';

const thinSpace = '\u2009';

interface Step {
  readonly size: number;
  readonly name: string;
}

const timeSteps: readonly Step[] = [
  { size: 1, name: 'ns' },
  { size: 1e3, name: 'µs' },
  { size: 1e6, name: 'ms' },
  { size: 1e9, name: 's' },
  { size: 60e9, name: 'min' },
  { size: 3600e9, name: 'h' },
];

const byteSteps: readonly Step[] = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'].map((name, power) => ({
  size: 1024 ** power,
  name,
}));

/** A number as text with three significant digits, or all digits of its integer part where those are more. */
export function formatSignificant(value: number): string {
  const magnitude = Math.abs(value);
  const decimals = magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : 2;
  return groupThousands(value.toFixed(decimals));
}

/** Digits in groups of three, set apart by thin spaces. */
export function groupThousands(digits: string): string {
  const [whole = '', fraction] = digits.split('.');
  const grouped = whole.length > 3 ? whole.replace(/\B(?=(\d{3})+(?!\d))/g, thinSpace) : whole;
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

function roundToThree(value: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(3));
}

/** Largest step that the value, rounded as it will be shown, reaches: 999.9 ms is 1.00 s, 1023.9 KiB is 1.00 MiB. */
function stepFor(value: number, steps: readonly Step[]): Step {
  const magnitude = Math.abs(value);
  for (let i = steps.length - 1; i > 0; i--) {
    if (reaches(magnitude, steps[i]!, steps[i - 1]!)) {
      return steps[i]!;
    }
  }
  return steps[0]!;
}

/** Rounding changes less than a hundredth. */
function reaches(magnitude: number, step: Step, below: Step): boolean {
  return (
    magnitude >= step.size ||
    (magnitude >= 0.99 * step.size && shownSize(magnitude / below.size) * below.size >= step.size)
  );
}

function shownSize(inUnits: number): number {
  return inUnits >= 999.5 ? Math.round(inUnits) : roundToThree(inUnits);
}

function formatSteps(value: number, steps: readonly Step[]): string {
  const step = stepFor(value, steps);
  const inUnits = value / step.size;
  const text = step.size === 1 && Number.isInteger(value) ? groupThousands(String(value)) : formatSignificant(inUnits);
  return `${text} ${step.name}`;
}

export function formatDuration(durationNs: number): string {
  return formatSteps(durationNs, timeSteps);
}

export function formatBytes(sizeBytes: number): string {
  return formatSteps(sizeBytes, byteSteps);
}

/** Whole counts are exact; averages carry three significant digits. */
export function formatCount(count: number): string {
  return Number.isInteger(count) ? groupThousands(String(count)) : formatSignificant(count);
}

/** `1 upload`, `12 345 uploads`. */
export function formatCounted(count: number, one: string): string {
  return `${formatCount(count)} ${count === 1 ? one : `${one}s`}`;
}

/** A value of a profile type as people read it: `41.2 s`, `1.21 MiB`, `12 345`. Not a number: `–`. */
export function formatValue(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) {
    return '–';
  }
  switch (unit) {
    case 'ns':
      return formatDuration(value);
    case 'bytes':
      return formatBytes(value);
    case 'count':
      return formatCount(value);
  }
}

/** Every digit of the value in its base unit, for titles beside a rounded value. */
export function formatExact(value: number, unit: Unit): string {
  const digits = Number.isInteger(value) ? groupThousands(String(value)) : String(value);
  return unit === 'count' ? digits : `${digits} ${unit === 'ns' ? 'ns' : 'B'}`;
}

/** A share 0..1 as percent. Never shows 0 for something, nor 100 for less than all. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) {
    return '–';
  }
  const percent = Math.abs(share) * 100;
  const sign = share < 0 ? '−' : '';
  if (percent === 0 || percent === 100) {
    return `${sign}${percent} %`;
  }
  if (percent < 0.01) {
    return `< ${sign}0.01 %`;
  }
  if (percent > 99.9 && percent < 100) {
    return `> ${sign}99.9 %`;
  }
  return `${sign}${percent.toFixed(percent < 0.995 ? 2 : 1)} %`;
}

/** Part of a whole as percent; `–` of nothing. */
export function formatPart(part: number, whole: number): string {
  return whole === 0 ? '–' : formatShare(part / whole);
}
