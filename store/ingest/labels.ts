import { HotspanError } from '../errors';
import { resolveLanguage } from '../../src/model/language';
import { redactByKey } from './runtime-info';
import type { UploadLimits } from './upload-request';

/** Spellings of the labels that have a column of their own. */
const aliases: Readonly<Record<string, string>> = {
  service_name: 'service',
  'service.name': 'service',
  'service.version': 'version',
  'deployment.environment': 'env',
  'deployment.environment.name': 'env',
  hostname: 'host',
  'host.name': 'host',
  runtime_id: 'runtime-id',
  'process.runtime.name': 'runtime',
  'process.runtime.version': 'runtime_version',
  'process.pid': 'process_id',
  'telemetry.sdk.language': 'language',
};

/** `k:v,k:v`, cut at the first colon; a tag without a colon is a key with an empty value. */
export function parseTags(text: string): Array<[string, string]> {
  return text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
    .map(parseTag);
}

export function parseTag(tag: string): [string, string] {
  const colon = tag.indexOf(':');
  return colon < 0 ? [tag.trim(), ''] : [tag.slice(0, colon).trim(), tag.slice(colon + 1).trim()];
}

/**
 * Labels of an upload from its tags, first mention wins: `service` is never empty, `language` has one of the names of
 * `src/model/language.ts` where it can be told, values under names of secrets are masked. Throws `too_large` for too many labels;
 * overlong values are cut.
 */
export function makeLabels(
  tags: Iterable<readonly [string, string]>,
  from: { readonly family: string; readonly defaultService: string },
  limits: UploadLimits
): Map<string, string> {
  const labels = new Map<string, string>();
  for (const [key, value] of tags) {
    const name = labelName(key);
    if (name !== '' && value !== '' && !labels.has(name)) {
      labels.set(name, clipped(redactByKey(name, value), limits.labelValueBytes));
    } else if (name !== '' && !labels.has(name) && !labels.has(`${name}\u0000`)) {
      labels.set(`${name}\u0000`, '');
    }
  }
  keepEmptyTags(labels);
  const language = resolveLanguage(labels.get('language'), labels.get('runtime'), from.family);
  if (language !== '') {
    labels.set('language', language);
  }
  if (!labels.get('service')) {
    labels.set('service', from.defaultService);
  }
  if (labels.size > limits.labels) {
    throw new HotspanError('too_large', `${labels.size} labels are more than limits.labels = ${limits.labels}`);
  }
  return labels;
}

/** A tag that has a value somewhere keeps it; one that never has stays, as an empty label. */
function keepEmptyTags(labels: Map<string, string>): void {
  for (const key of [...labels.keys()].filter((name) => name.endsWith('\u0000'))) {
    labels.delete(key);
    const name = key.slice(0, -1);
    if (!labels.has(name)) {
      labels.set(name, '');
    }
  }
}

function labelName(key: string): string {
  const name = key.trim().slice(0, 200);
  return Object.hasOwn(aliases, name) ? aliases[name] : name;
}

function clipped(value: string, maxBytes: number): string {
  return value.length * 3 <= maxBytes || Buffer.byteLength(value) <= maxBytes
    ? value
    : Buffer.from(value)
        .subarray(0, maxBytes)
        .toString('utf8')
        .replace(/\ufffd+$/, '');
}

/** What tells two processes apart, see `upload_key` in docs/formats/tables.md. */
export function instanceOf(labels: ReadonlyMap<string, string>, peer: string): string {
  const own = labels.get('runtime-id') || labels.get('__session_id__') || labels.get('service.instance.id');
  if (own) {
    return own;
  }
  const pid = labels.get('pid') || labels.get('process_id');
  const host = labels.get('host');
  return host && pid ? `${host}/${pid}` : peer;
}
