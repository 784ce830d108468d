import { type DataFrame, type Field, FieldType } from '@grafana/data';
import { formatDuration, formatValue } from '../model/units';
import { type Unit } from '../model/profile-types';

export function fieldByName(frame: DataFrame | undefined, name: string): Field | undefined {
  return frame?.fields.find((field) => field.name === name);
}

/** The first frame that has all these fields, in any order. */
export function frameWithFields(series: readonly DataFrame[], names: readonly string[]): DataFrame | undefined {
  return series.find((frame) => names.every((name) => fieldByName(frame, name)));
}

/** Texts of an enum field, [] of others. */
export function enumTexts(field: Field): readonly string[] {
  return field.type === FieldType.enum ? (field.config.type?.enum?.text ?? []) : [];
}

/** What a text or enum field holds in a row; '' for nothing. */
export function textAt(field: Field | undefined, row: number): string {
  const value: unknown = field?.values[row];
  if (field?.type === FieldType.enum && typeof value === 'number') {
    return enumTexts(field)[value] ?? '';
  }
  return value === null || value === undefined ? '' : String(value);
}

/** What a number field holds in a row; NaN for nothing. */
export function numberAt(field: Field | undefined, row: number): number {
  const value: unknown = field?.values[row];
  return typeof value === 'number'
    ? value
    : value === null || value === undefined || value === ''
      ? NaN
      : Number(value);
}

/** Text values as indexes into a list of distinct texts, as enum fields have them already. */
export function internTexts(field: Field): { labels: readonly string[]; index: ArrayLike<number> } {
  if (field.type === FieldType.enum) {
    return { labels: enumTexts(field), index: field.values };
  }
  const ids = new Map<string, number>();
  const index = Uint32Array.from(field.values, (value: unknown) => {
    const text = value === null || value === undefined ? '' : String(value);
    const id = ids.get(text) ?? ids.size;
    ids.set(text, id);
    return id;
  });
  return { labels: [...ids.keys()], index };
}

const unitsOfGrafana: Record<string, Unit> = {
  ns: 'ns',
  bytes: 'bytes',
  decbytes: 'bytes',
  short: 'count',
  none: 'count',
};

export function unitOfField(field: Field | undefined): Unit {
  return unitsOfGrafana[field?.config.unit ?? ''] ?? 'count';
}

/** The unit of ours in which a field's values can be told, and how many of it a value of 1 is. */
export function baseUnitOf(field: Field | undefined): { unit: Unit; perValue: number } {
  const factor = timeUnits[field?.config.unit ?? ''];
  return factor === undefined ? { unit: unitOfField(field), perValue: 1 } : { unit: 'ns', perValue: factor };
}

/**
 * How values of a field are written: our own formats for the units we send, Grafana's for what the user set (another
 * unit or a number of decimals).
 */
export function fieldFormatter(field: Field | undefined): (value: number) => string {
  const { unit = '', decimals } = field?.config ?? {};
  const display = field?.display;
  if (display && (typeof decimals === 'number' || !(unit === '' || unit in unitsOfGrafana || unit in timeUnits))) {
    return (value) => {
      const { prefix = '', text, suffix = '' } = display(value);
      return `${prefix}${text}${suffix}`;
    };
  }
  const factor = timeUnits[unit];
  if (factor !== undefined) {
    return (value) => (Number.isFinite(value) ? formatDuration(value * factor) : '–');
  }
  const own = unitOfField(field);
  return (value) => formatValue(value, own);
}

/** Nanoseconds per unit of Grafana's other time units. */
const timeUnits: Record<string, number | undefined> = { µs: 1e3, ms: 1e6, s: 1e9 };
