import type { RuntimeInfoEntry } from '../../src/model/profile';

/** Secrets reach profilers through settings, JVM arguments and environments; none of them is stored in a readable place. */
const secretKey =
  /pass(?:word|wd|phrase)|pwd|secret|token|api[-_. ]?key|apikey|authorization|credential|private[-_. ]?key|access[-_. ]?key|signature|cookie/i;
const mask = '***';
const maxValueLength = 16_384;
const maxEntries = 5_000;

export function redactValue(key: string, value: string): string {
  if (secretKey.test(key) && !/^(?:true|false|\d{1,6}(?:\.\d+)?|)$/i.test(value)) {
    return mask;
  }
  return redactText(value.slice(0, maxValueLength));
}

/**
 * Masks `-Dx.password=…`, `--token …`, `DB_PASSWORD=…`, `Authorization: Bearer …` and passwords in URLs inside longer text. A walk over
 * words and not one regular expression: those that find such things take quadratic time on hostile text.
 */
function redactText(text: string): string {
  // Words at even, what separates them at odd places.
  const pieces = text.split(/(\s+|[;&])/);
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
    return { shown: word.endsWith(hidden.quote) ? mask : '', next: word.endsWith(hidden.quote) ? nothing : hidden };
  }
  if (hidden.kind === 'value' && !word.startsWith('-')) {
    return { shown: mask, next: /^(?:bearer|basic)$/i.test(word) ? hidden : openQuote(word) };
  }
  return redactAssignments(word);
}

/** `a=1,password=x,y`: what follows a secret's key up to the next key is its value. */
function redactAssignments(word: string): { shown: string; next: Hidden } {
  let next: Hidden = nothing;
  let inSecret = false;
  const parts = word.split(',').map((part) => {
    const at = part.search(/[=:]/);
    if (at < 0) {
      next = part.startsWith('-') && secretKey.test(part) ? { kind: 'value' } : nothing;
      return inSecret && part !== '' ? mask : part;
    }
    inSecret = secretKey.test(part.slice(0, at)) && !part.startsWith('://', at);
    const value = part.slice(at + 1);
    next = !inSecret ? nothing : value === '' ? { kind: 'value' } : openQuote(value);
    if (!inSecret) {
      return redactUrl(part);
    }
    return value === '' ? part : `${part.slice(0, at + 1)}${next.kind === 'quoted' ? '' : mask}`;
  });
  return { shown: parts.join(','), next };
}

function openQuote(value: string): Hidden {
  const quote = value[0];
  return (quote === '"' || quote === "'") && !(value.length > 1 && value.endsWith(quote))
    ? { kind: 'quoted', quote }
    : nothing;
}

/** `scheme://user:password@host` */
function redactUrl(text: string): string {
  const start = text.indexOf('://');
  const end = start < 0 ? -1 : text.indexOf('@', start);
  const colon = start < 0 ? -1 : text.indexOf(':', start + 3);
  return colon > 0 && colon < end ? `${text.slice(0, colon + 1)}${mask}${text.slice(end)}` : text;
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
