import type { RuntimeInfoEntry } from '../../src/model/profile';

/** Secrets reach profilers through settings, JVM arguments and environments; none of them is stored in a readable place. */
const secretKey =
  /pass(?:word|wd|phrase)|(?<![a-z])pass(?![a-z])|pwd|secret|token|jwt|(?<![a-z])dsn(?![a-z])|api[-_. ]?key|apikey|authorization|credential|private[-_. ]?key|access[-_. ]?key|signature|cookie/i;
/** Their value is one even if it is a number, as a limit of tokens is not. */
const passwordKey = /pass(?:word|wd|phrase)|(?<![a-z])pass(?![a-z])|pwd/i;
const plainValue = /^(?:true|false|\d{1,6}(?:\.\d+)?|)$/i;
const mask = '***';
const maxValueLength = 16_384;
const maxEntries = 5_000;

export function redactValue(key: string, value: string): string {
  return redactText(redactByKey(key, value).slice(0, maxValueLength));
}

/** Masks the value when its key says that it is a secret. */
export function redactByKey(key: string, value: string): string {
  const isPlain = plainValue.test(value) && !(passwordKey.test(key) && /\d/.test(value));
  return secretKey.test(key) && !isPlain ? mask : value;
}

/**
 * Masks `-Dx.password=…`, `--token …`, `DB_PASSWORD=…`, `Authorization: Bearer …` and passwords in URLs inside longer text. A walk over
 * words and not one regular expression: those that find such things take quadratic time on hostile text.
 */
function redactText(text: string): string {
  // Words at even, what separates them at odd places.
  const pieces = text.split(/(\s+|[;&?])/);
  let hidden: Hidden = { kind: 'nothing' };
  for (let at = 0; at < pieces.length; at += 2) {
    if (pieces[at] !== '') {
      const { shown, next } = redactWord(pieces[at], hidden);
      pieces[at] = shown;
      hidden = next;
    }
  }
  return pieces.join('');
}

/** What the word before says about this one: the value of a secret, or inside the quotes of one. */
type Hidden =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'value' }
  | { readonly kind: 'quoted'; readonly quote: string };
const nothing: Hidden = { kind: 'nothing' };

function redactWord(word: string, hidden: Hidden): { shown: string; next: Hidden } {
  if (hidden.kind === 'quoted') {
    const isClosed = new RegExp(`(?<!\\\\)${hidden.quote}`).test(word);
    return { shown: isClosed ? mask : '', next: isClosed ? nothing : hidden };
  }
  if (hidden.kind === 'value' && !word.startsWith('-')) {
    return { shown: mask, next: isScheme(word) ? hidden : openQuote(word) };
  }
  return redactAssignments(word);
}

/** `a=1,password=x,y`: what follows a secret's key up to the next key is its value. */
function redactAssignments(word: string): { shown: string; next: Hidden } {
  let next: Hidden = nothing;
  let inSecret = false;
  const parts = word.split(',').map((part) => {
    if (!/[=:]/.test(part)) {
      next = part.startsWith('-') && secretKey.test(part) ? { kind: 'value' } : nothing;
      return inSecret && part !== '' ? mask : part;
    }
    const at = secretStart(part);
    inSecret = at > 0;
    const value = part.slice(at);
    next = !inSecret ? nothing : value === '' || isScheme(value) ? { kind: 'value' } : openQuote(value);
    if (!inSecret) {
      return redactUrl(part);
    }
    return value === '' ? part : `${part.slice(0, at)}${next.kind === 'quoted' ? '' : mask}`;
  });
  return { shown: parts.join(','), next };
}

/**
 * Where the value of a secret starts, -1 = nowhere: after the first key that names one, be it inside of another value as in
 * `-javaagent:x.jar=apikey=…` or `{"a":{"token":…`. Files of a class path are no keys.
 */
function secretStart(part: string): number {
  let start = 0;
  for (const { index } of part.matchAll(/[=:]/g)) {
    const key = part.slice(start, index);
    if (secretKey.test(key) && !/^[./]|\.jar$/i.test(key) && !part.startsWith('://', index)) {
      return index + 1;
    }
    start = index + 1;
  }
  return -1;
}

function isScheme(word: string): boolean {
  return /^(?:bearer|basic)$/i.test(word);
}

/** A quote that is not closed in the word hides the words behind it too. */
function openQuote(value: string): Hidden {
  const quote = value[0];
  return (quote === '"' || quote === "'") && !/^(["'])(?:\\.|(?!\1)[^\\])*\1/.test(value)
    ? { kind: 'quoted', quote }
    : nothing;
}

/** `scheme://user:password@host`, `scheme://token@host` */
function redactUrl(text: string): string {
  const start = text.indexOf('://') + 3;
  if (start < 3) {
    return text;
  }
  const slash = text.indexOf('/', start);
  const inAuthority = text.lastIndexOf('@', slash < 0 ? text.length : slash);
  const colon = text.indexOf(':', start);
  // A password may hold a slash.
  const end = inAuthority >= start ? inAuthority : text.indexOf('@', start);
  if (colon >= 0 && colon < end) {
    return `${text.slice(0, colon + 1)}${mask}${text.slice(end)}`;
  }
  return end > start && end === inAuthority ? `${text.slice(0, start)}${mask}${text.slice(end)}` : text;
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
