import { HotspanError } from '../../errors';
import type { FormContext, UploadForm } from '../form';
import { makeLabels } from '../labels';
import type { Part } from '../multipart';
import type { Attachment, ReadingHints } from '../upload';
import { parseAppName } from './app-name';
import { sortLabels } from './client-labels';
import { ingestTimeNs } from './ingest-times';
import { countsOf, profileKind } from './sample-types';

/**
 * `POST /ingest?name=…&from=…&until=…`: the form of Pyroscope's SDKs. Parts are decompressed; a raw body is one part with an empty
 * field name.
 */
export function readIngestForm(parts: readonly Part[], context: FormContext): UploadForm {
  const { request, limits, defaultService } = context;
  const query = new URLSearchParams(request.query);
  const app = parseAppName(query.get('name') ?? '');
  const { labels, info } = sortLabels(app.labels);
  const file = readFiles(parts, app.service, query, request.contentType);
  const spy = query.get('spyName') ?? '';
  return {
    startNs: ingestTimeNs('from', query.get('from'), request.receivedMs),
    endNs: ingestTimeNs('until', query.get('until'), request.receivedMs),
    labels: makeLabels(
      [...(file.service ? [['service', file.service] satisfies [string, string]] : []), ...labels],
      { family: spy, defaultService },
      limits
    ),
    runtimeInfo: [...(spy ? [{ group: 'Client', key: 'spy', value: spy }] : []), ...info],
    endpointCounts: new Map(),
    attachments: file.attachments.map((attachment) => ({
      ...attachment,
      hints: { ...attachment.hints, packedNames: hasPackedNames(spy, app.labels) },
    })),
  };
}

interface Files {
  readonly service: string;
  readonly attachments: readonly Attachment[];
}

function readFiles(parts: readonly Part[], service: string, query: URLSearchParams, contentType: string): Files {
  const field = (...names: string[]) => parts.find((part) => names.includes(part.field))?.bytes;
  const format = (query.get('format') ?? '').toLowerCase();
  refuseTries(format, contentType);
  if (field('prev_profile') !== undefined) {
    throw new HotspanError(
      'unsupported_format',
      'a part prev_profile is not supported: send differences (godeltaprof)'
    );
  }
  const jfr = field('jfr') ?? (format === 'jfr' ? field('') : undefined);
  if (jfr !== undefined) {
    return { service, attachments: [file('main.jfr', jfr), ...contextNames(field('labels'))] };
  }
  const multipart = field('profile');
  if (multipart !== undefined) {
    return { service, attachments: [file(`${profileKind(field('sample_type_config'))}.pprof`, multipart)] };
  }
  const raw = field('');
  if (raw === undefined) {
    throw new HotspanError('no_attachment', 'the form has neither a part "profile" nor a part "jfr"');
  }
  return format === 'pprof' || format === 'speedscope'
    ? { service, attachments: [file(`profile.${format}`, raw)] }
    : textFile(raw, format, service, query);
}

/** Bodies of the first servers: stacks with counts (`groups`, the default), or one stack per line (`lines`). */
function textFile(raw: Uint8Array<ArrayBuffer>, format: string, service: string, query: URLSearchParams): Files {
  if (!['', 'groups', 'folded', 'collapsed', 'lines'].includes(format)) {
    throw new HotspanError(
      'unsupported_format',
      `format=${format.slice(0, 40)} is not one of pprof, jfr, speedscope, groups, lines`
    );
  }
  const counts = countsOf(service, query);
  const bytes = format === 'lines' ? countLines(raw) : raw;
  return { service: counts.service, attachments: [file(`${counts.kind}.folded`, bytes, counts.hints)] };
}

function refuseTries(format: string, contentType: string): void {
  const named = /^(trie|tree)$/.exec(format) ?? /octet-stream\+(trie|tree)/i.exec(contentType);
  if (named) {
    throw new HotspanError(
      'unsupported_format',
      `${named[1]} is a format of old Pyroscope clients that is not read: update the client, newer ones send pprof or JFR`
    );
  }
}

function file(name: string, bytes: Uint8Array<ArrayBuffer>, hints: ReadingHints = {}): Attachment {
  return { name, bytes, hints };
}

function contextNames(bytes: Uint8Array<ArrayBuffer> | undefined): Attachment[] {
  return bytes === undefined || bytes.length === 0 ? [] : [file('labels', bytes, { isContextNames: true })];
}

/** Equal lines with their number, as folded stacks. */
function countLines(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const counts = new Map<string, number>();
  for (const line of new TextDecoder().decode(bytes).split(/\r?\n/)) {
    if (line.trim() !== '') {
      counts.set(line, (counts.get(line) ?? 0) + 1);
    }
  }
  return new Uint8Array(Buffer.from([...counts].map(([line, count]) => `${line} ${count}\n`).join('')));
}

/** @pyroscope/nodejs writes `./shop.js:buildReport:17` into the names of functions. */
function hasPackedNames(spy: string, labels: ReadonlyArray<readonly [string, string]>): boolean {
  return spy === 'nodespy' || labels.some(([key, value]) => key === 'process.runtime.name' && value === 'nodejs');
}
