import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import { z } from 'zod';
import { HotspanError } from '../../errors';
import { chooseUploads, withRoots } from '../choose-uploads';
import type { QueryContext, QueryTime } from '../context';
import { exportStacks } from '../exports/export-stacks';
import { goCpuProfile, PgoMerger } from '../exports/pgo-file';
import { pprofFile } from '../exports/pprof-file';
import { foldedFile, speedscopeFile } from '../exports/text-files';
import { planUploads } from '../plan';
import { restrictionsOf } from '../prepare';
import { questionText } from '../question-text';
import { readStacks } from '../read-samples';
import { checkRange, parseQuery, type ParsedQuery } from '../request';
import { resolveType } from '../resolve-type';
import { placedUploads } from '../sample-times';
import type { Download } from './profile';

const formats = ['pprof', 'folded', 'speedscope', 'pgo'] as const;
type ExportFormat = (typeof formats)[number];

const time = z.coerce.number().int().min(0).max(8.64e15);
const schema = z.looseObject({ format: z.enum(formats).default('pprof'), from: time, to: time });

/** What is to be written. */
export interface ExportRequest {
  readonly format: ExportFormat;
  readonly time: QueryTime;
  readonly query: ParsedQuery;
}

/**
 * Fields of a query beside `from`, `to` and `format`; in a query string, `query` may hold those that are lists as JSON. What no one
 * filled in is refused: a file that says more than was asked would be taken for the answer.
 */
export function readExportRequest(written: unknown): ExportRequest {
  const parsed = schema.safeParse(written);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new HotspanError('bad_request', issues.join('; '));
  }
  const { format, from, to, query, ...fields } = parsed.data;
  checkRange(from, to);
  const more = typeof query === 'string' ? jsonObject(query) : (query ?? {});
  return { format, time: { fromMs: from, toMs: to }, query: parseQuery({ refId: 'export', ...fields, ...more }) };
}

function jsonObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) {
      return value;
    }
  } catch {
    // said below
  }
  throw new HotspanError('bad_request', 'query: is no JSON object');
}

const gzipped = promisify(gzip);

/** The merged profile of a query as a file. */
export async function exportFile(context: QueryContext, { format, time, query }: ExportRequest): Promise<Download> {
  const restrictions = await withRoots(context, restrictionsOf(query), time);
  const unfilled = restrictions.notices.find(({ severity }) => severity === 'warning');
  if (unfilled !== undefined) {
    throw new HotspanError('bad_query', unfilled.text);
  }
  if (format === 'pgo') {
    return pgoFile(context, { time, query });
  }
  const type = await resolveType(context, query.profileType ?? query.profileTypeId, restrictions, time, []);
  const uploads = await planUploads(context, restrictions, time, type);
  const store = context.stacks.open(context.tenant);
  const rows = await readStacks(context, store, { uploads, profileType: type, restrictions, averaged: true });
  const stacks = exportStacks(rows.dictionary, rows);
  const question = questionText(query, type.name, time.fromMs, time.toMs);
  const name = `${query.profileId ?? 'profile'}-${type.id.replace(/[^\w-]/g, '_')}`;
  switch (format) {
    case 'folded':
      return { name: `${name}.folded.txt`, type: 'text/plain; charset=utf-8', bytes: bytesOf(foldedFile(stacks)) };
    case 'speedscope': {
      const bytes = bytesOf(speedscopeFile(stacks, type, question));
      return { name: `${name}.speedscope.json`, type: 'application/json', bytes };
    }
    case 'pprof': {
      const bytes = await gzipped(pprofFile(stacks, type, { ...time, question }));
      return { name: `${name}.pprof`, type: 'application/octet-stream', bytes };
    }
  }
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Decoding takes time and memory; more uploads than these hardly change what the compiler does. */
const maxPgoUploads = 100;

/** `default.pgo` of a Go program, from the CPU profiles as they came. */
async function pgoFile(context: QueryContext, { time, query }: Omit<ExportRequest, 'format'>): Promise<Download> {
  const restrictions = restrictionsOf(query);
  if (restrictions.spans !== undefined || restrictions.stackFilters.length + restrictions.contextFilters.length > 0) {
    throw new HotspanError('bad_query', 'format: pgo is made of whole uploads; leave spans and stack filters out');
  }
  const uploads = await chooseUploads(context, restrictions, time, 'cpu-time');
  const carrying = Array.from(uploads.profile).filter((_, at) => uploads.carries[at] === 1);
  const placed = await placedUploads(context, uploads.scope, everyFew(carrying, maxPgoUploads));
  const merger = new PgoMerger();
  let merged = 0;
  for (const { place } of placed) {
    context.signal?.throwIfAborted();
    const parts = await (await context.rawUploads.read(place)).attachments();
    const profiles = parts.flatMap(({ bytes }) => goCpuProfile(bytes) ?? []);
    profiles.forEach((profile) => merger.add(profile));
    merged += profiles.length;
  }
  if (merged === 0) {
    throw new HotspanError(
      'not_found',
      'no CPU profile of a Go program fits: pgo needs those that the Go runtime (1.20 or later) wrote'
    );
  }
  return { name: 'default.pgo', type: 'application/octet-stream', bytes: await gzipped(merger.file()) };
}

/** At most `count` of a list, spread evenly over it. */
function everyFew<T>(list: readonly T[], count: number): T[] {
  const step = Math.max(1, list.length / count);
  return Array.from({ length: Math.min(count, list.length) }, (_, at) => list[Math.floor(at * step)]);
}
