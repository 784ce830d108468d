import { z } from 'zod';
import { HotspanError } from '../errors';
import type { RuntimeInfoEntry } from '../../src/model/profile';
import type { FormContext, UploadForm } from './form';
import { makeLabels, parseTag, parseTags } from './labels';
import type { Part } from './multipart';
import { flattenInfo } from './runtime-info';
import { parseTimeNs } from './times';
import type { Attachment } from './upload';
import type { UploadRequest } from './upload-request';

const eventSchema = z.looseObject({
  start: z.string(),
  end: z.string(),
  family: z.string().catch(''),
  language: z.string().catch(''),
  tags_profiler: z.string().catch(''),
  sub_custom_tags: z.string().catch(''),
  process_tags: z.string().catch(''),
  endpoint_counts: z.record(z.string(), z.unknown()).catch({}),
  info: z.record(z.string(), z.unknown()).catch({}),
  internal: z.record(z.string(), z.unknown()).catch({}),
});
type DatadogEvent = z.output<typeof eventSchema>;

/**
 * The agent form of Datadog tracers, both generations: an `event` part with JSON (version 4), or plain fields
 * (`start`, `tags[]`, `data[cpu.pprof]`; versions 1 and 3).
 */
export function readDatadogForm(parts: readonly Part[], context: FormContext): UploadForm {
  const events = parts.filter((part) => part.field === 'event');
  if (events.length > 1) {
    throw new HotspanError('bad_event', 'the upload has two parts named "event"');
  }
  return events.length === 1 ? readEventForm(events[0], parts, context) : readFieldForm(parts, context);
}

function readEventForm(eventPart: Part, parts: readonly Part[], context: FormContext): UploadForm {
  const event = parseEvent(eventPart);
  const tags: Array<[string, string]> = [
    ...parseTags(event.tags_profiler),
    ...parseTags(event.sub_custom_tags),
    ...(event.language ? [['language', event.language] satisfies [string, string]] : []),
  ];
  return {
    ...windowFields(event.start, event.end),
    labels: makeLabels(
      [...tags, ...headerTags(context.request)],
      { family: event.family, defaultService: context.defaultService },
      context.limits
    ),
    runtimeInfo: [...eventInfo(event), ...headerInfo(context.request)],
    endpointCounts: endpointCounts(event),
    attachments: parts
      .filter((part) => part !== eventPart)
      .map((part) => attachment(part.fileName || part.field, part.bytes)),
    fileHint: 'The form had its event alone: every other part is a file, called like cpu.pprof or main.jfr.',
  };
}

/** What is no count is left out, the others stay. */
function endpointCounts({ endpoint_counts: counts }: DatadogEvent): Map<string, number> {
  const rounded = Object.entries(counts).map(([name, count]): [string, number] => [
    name,
    typeof count === 'number' ? Math.round(count) : NaN,
  ]);
  return new Map(rounded.filter(([, count]) => Number.isSafeInteger(count) && count >= 0));
}

/** Tracers that send differences say so in the name: `delta-heap.pprof`. */
function attachment(name: string, bytes: Uint8Array<ArrayBuffer>): Attachment {
  return /^(?:heap|allocs|mutex|block)\.pprof$/.test(name)
    ? { name, bytes, hints: { isCumulative: true } }
    : { name, bytes };
}

function parseEvent(part: Part): DatadogEvent {
  try {
    const checked = eventSchema.safeParse(JSON.parse(new TextDecoder().decode(part.bytes)));
    if (checked.success) {
      return checked.data;
    }
    const fields = checked.error.issues.map((issue) => issue.path.join('.')).filter((field) => field !== '');
    throw new HotspanError(
      'bad_event',
      fields.length === 0
        ? 'the part "event" is not a JSON object'
        : `the part "event" lacks ${fields.join(' and ')} as a text`
    );
  } catch (error) {
    throw error instanceof HotspanError ? error : new HotspanError('bad_event', 'the part "event" is not JSON');
  }
}

function windowFields(start: string, end: string): { startNs: bigint; endNs: bigint } {
  const startNs = parseTimeNs(start);
  const endNs = parseTimeNs(end);
  if (startNs === undefined || endNs === undefined) {
    const wrong = startNs === undefined ? `start "${start.slice(0, 60)}"` : `end "${end.slice(0, 60)}"`;
    throw new HotspanError('bad_event', `${wrong} is not an RFC 3339 time`);
  }
  return { startNs, endNs };
}

/** Versions 1 and 3. The real name of a file may be in its field: `data[cpu.pprof]`, file name `pprof-data`. */
function readFieldForm(parts: readonly Part[], context: FormContext): UploadForm {
  const field = (...names: string[]) => {
    const found = parts.find((part) => names.includes(part.field));
    return found ? new TextDecoder().decode(found.bytes).trim() : undefined;
  };
  const start = field('start', 'recording-start');
  const end = field('end', 'recording-end');
  if (start === undefined || end === undefined) {
    throw new HotspanError('bad_event', 'the upload has neither a part "event" nor the fields start and end');
  }
  const tags = parts
    .filter((part) => /^tags(\[\d*\])?$/.test(part.field))
    .map((part) => parseTag(new TextDecoder().decode(part.bytes)));
  const runtime = field('runtime');
  const family = field('family', 'runtime') ?? '';
  return {
    ...windowFields(start, end),
    labels: makeLabels(
      [...tags, ...(runtime ? [['runtime', runtime] satisfies [string, string]] : []), ...headerTags(context.request)],
      { family, defaultService: context.defaultService },
      context.limits
    ),
    runtimeInfo: headerInfo(context.request),
    endpointCounts: new Map(),
    attachments: parts.filter(isFile).map((part) => attachment(oldFileName(part), part.bytes)),
    fileHint: 'In a form with the fields start and end, files have a file name or a field called like data[cpu.pprof].',
  };
}

function isFile(part: Part): boolean {
  return part.fileName !== undefined || /^data\[|^chunk-data$/.test(part.field);
}

function oldFileName(part: Part): string {
  const inField = /^data\[(.+)\]$/.exec(part.field)?.[1];
  if (part.field === 'chunk-data') {
    return 'main.jfr';
  }
  return inField === undefined
    ? part.fileName || part.field
    : /^\d+$/.test(inField)
      ? `data-${inField}.pprof`
      : inField;
}

/** What an agent on the way adds. Its `default_env` counts only where the tracer names no `env`. */
function headerTags(request: UploadRequest): Array<[string, string]> {
  const header = (name: string) => parseTags(request.headers[name] ?? '');
  const additional = header('x-datadog-additional-tags').map(([key, value]): [string, string] => [
    key === 'default_env' ? 'env' : key,
    value,
  ]);
  const container = request.headers['datadog-container-id'];
  return [
    ...additional,
    ...header('x-datadog-container-tags'),
    ...(container ? [['container_id', container] satisfies [string, string]] : []),
  ];
}

function eventInfo(event: DatadogEvent): RuntimeInfoEntry[] {
  const groups: Readonly<Record<string, string>> = {
    application: 'Application',
    platform: 'Platform',
    runtime: 'Runtime',
    profiler: 'Profiler',
  };
  const info = Object.entries(event.info).flatMap(([key, value]) => flattenInfo(groups[key] ?? key, value));
  const processTags = parseTags(event.process_tags).map(([key, value]) => ({ group: 'Process', key, value }));
  return [...info, ...processTags, ...flattenInfo('Profiler internals', event.internal)];
}

function headerInfo(request: UploadRequest): RuntimeInfoEntry[] {
  const names: ReadonlyArray<readonly [string, string]> = [
    ['client', 'dd-evp-origin'],
    ['client version', 'dd-evp-origin-version'],
    ['user agent', 'user-agent'],
    ['runtime version', 'datadog-meta-lang-version'],
    ['container', 'datadog-container-id'],
  ];
  return names.flatMap(([key, header]) => {
    const value = request.headers[header];
    return value ? [{ group: 'Client', key, value }] : [];
  });
}
