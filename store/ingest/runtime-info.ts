import type { RuntimeInfoEntry } from '../../src/model/profile';

/** Secrets reach profilers through settings, JVM arguments and environments; none of them is stored in a readable place. */
const secretKey =
  /pass(?:word|wd|phrase)|pwd|secret|token|api[-_. ]?key|apikey|authorization|credential|private[-_. ]?key|access[-_. ]?key|signature|cookie/i;
const mask = '***';
/** `-Dx.password=…`, `--token=…`, `DB_PASSWORD=…` inside longer text; a quoted value is taken to its quote. */
const secretAssignment = new RegExp(
  `([\\w.-]*(?:${secretKey.source})[\\w.-]*["']?\\s*[=:]\\s*)("[^"]*"|'[^']*'|(?:Bearer|Basic)\\s+\\S+|[^\\s,;&]+)`,
  'gi'
);
/** `--password value` as two arguments. */
const secretFlag = new RegExp(`(--?[\\w.-]*(?:${secretKey.source})[\\w.-]*\\s+)(?!-)(\\S+)`, 'gi');
const urlPassword = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s@/]+@/gi;

const maxValueLength = 16_384;
const maxEntries = 5_000;

export function redactValue(key: string, value: string): string {
  if (secretKey.test(key) && !/^(?:true|false|\d{1,6}(?:\.\d+)?|)$/i.test(value)) {
    return mask;
  }
  return value
    .slice(0, maxValueLength)
    .replace(secretAssignment, `$1${mask}`)
    .replace(secretFlag, `$1${mask}`)
    .replace(urlPassword, `$1${mask}@`);
}

export function redact(entries: readonly RuntimeInfoEntry[]): RuntimeInfoEntry[] {
  return entries.slice(0, maxEntries).map(({ group, key, value }) => ({ group, key, value: redactValue(key, value) }));
}

/** Nested JSON as entries with dotted keys; arrays of plain values on one line. */
export function flattenInfo(group: string, value: unknown, prefix = ''): RuntimeInfoEntry[] {
  if (value === null || value === undefined) {
    return [];
  }
  if (typeof value !== 'object' || (Array.isArray(value) && value.every((item) => typeof item !== 'object'))) {
    return [{ group, key: prefix, value: Array.isArray(value) ? value.join(', ') : String(value) }];
  }
  return Object.entries(value).flatMap(([key, inner]) =>
    flattenInfo(group, inner, prefix === '' ? key : `${prefix}.${key}`)
  );
}

/** `metrics.json` of dd-trace-go: `[[name, number], …]`. Undefined = something else. */
export function metricsInfo(bytes: Uint8Array): RuntimeInfoEntry[] | undefined {
  const parsed = parseJson(bytes);
  if (!Array.isArray(parsed) || !parsed.every(isMetric)) {
    return undefined;
  }
  return parsed.map(([key, value]) => ({ group: 'Metrics', key, value: String(value) }));
}

function isMetric(row: unknown): row is [string, number] {
  return Array.isArray(row) && typeof row[0] === 'string' && typeof row[1] === 'number';
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
