import type { FieldJson, FrameJson, FrameMetaJson } from '../../../src/api/query';

/** A field of a frame with its values: what `buildFrame` puts together. */
export interface Column {
  readonly field: FieldJson;
  readonly values: unknown[];
}

export interface FieldOptions {
  readonly unit?: string;
  readonly labels?: Record<string, string>;
  readonly displayName?: string;
  readonly config?: Record<string, unknown>;
}

function field(name: string, type: FieldJson['type'], frame: string, options: FieldOptions): FieldJson {
  const config = {
    ...(options.displayName === undefined ? {} : { displayNameFromDS: options.displayName }),
    ...(options.unit === undefined ? {} : { unit: options.unit }),
    ...options.config,
  };
  return {
    name,
    type,
    typeInfo: { frame },
    ...(options.labels === undefined ? {} : { labels: options.labels }),
    ...(Object.keys(config).length === 0 ? {} : { config }),
  };
}

/** Whole numbers. JSON can't carry more than 2^53 exactly, nor NaN and infinities at all: those throw. */
export function integers(name: string, values: ArrayLike<number>, options: FieldOptions = {}): Column {
  return { field: field(name, 'number', 'int64', options), values: Array.from(values, finite) };
}

export function decimals(name: string, values: ArrayLike<number>, options: FieldOptions = {}): Column {
  return { field: field(name, 'number', 'float64', options), values: Array.from(values, finite) };
}

function finite(value: number): number {
  if (!Number.isFinite(value)) {
    throw new RangeError(`a frame can't hold ${value}`);
  }
  return value === 0 ? 0 : value;
}

export function texts(name: string, values: readonly string[], options: FieldOptions = {}): Column {
  return { field: field(name, 'string', 'string', options), values: [...values] };
}

/** Milliseconds since 1970. */
export function times(name: string, values: ArrayLike<number>, options: FieldOptions = {}): Column {
  return {
    field: field(name, 'time', 'time.Time', options),
    values: Array.from(values, (value) => Math.trunc(finite(value))),
  };
}

export const maxEnumEntries = 65_535;

/** Texts as indexes into a list, at most `maxEnumEntries` different ones. */
export function enumerated(name: string, values: readonly string[], options: FieldOptions = {}): Column {
  const entries = new Map<string, number>();
  const indexes = values.map((value) => {
    const index = entries.get(value) ?? entries.size;
    entries.set(value, index);
    return index;
  });
  if (entries.size > maxEnumEntries) {
    throw new RangeError(`field ${name} has ${entries.size} different texts`);
  }
  const config = { ...options.config, type: { enum: { text: [...entries.keys()] } } };
  return { field: field(name, 'enum', 'enum', { ...options, config }), values: indexes };
}

/** A frame of columns of one length. */
export function buildFrame(name: string | undefined, columns: readonly Column[], meta: FrameMetaJson): FrameJson {
  const { notices, ...rest } = meta;
  const noticed = notices !== undefined && notices.length > 0 ? { ...rest, notices } : rest;
  return {
    schema: {
      ...(name === undefined ? {} : { name }),
      meta: noticed,
      fields: columns.map((column) => column.field),
    },
    data: { values: columns.map((column) => column.values) },
  };
}
