import { readFileSync } from 'node:fs';
import path from 'node:path';
import { resolveLanguage } from '../../src/model/language';
import { defaultReaderLimits, type Profile } from '../../src/model/profile';
import { resolveProfileTypes } from '../../src/model/profile-types';
import { readPart } from '../../store/ingest/read-part';
import { understandRequest } from '../../store/ingest/understand';
import type { Attachment } from '../../store/ingest/upload';
import type { Intake } from '../../store/ingest/upload-request';
import { readChunk } from '../../store/readers/jfr/chunk';
import { readChunks } from '../../store/readers/jfr/chunks';
import { JfrCursor } from '../../store/readers/jfr/cursor';
import { eventRules, rulesFor } from '../../store/readers/jfr/rules';
import { fixtures, plain } from './uploads';
import { defaultLimits as limits } from '../integration/default-limits';

/** A real upload that holds samples of a profile type, and what its producer calls them. */
export interface Evidence {
  readonly language: string;
  readonly producer: string;
  /** Canonical id. */
  readonly type: string;
  /** `cpu-time/nanoseconds` of a file, or the event of a recording. */
  readonly source: string;
  readonly upload: string;
}

/** What every recorded request and every single file shows. */
export async function allEvidence(): Promise<Evidence[]> {
  const recorded = await Promise.all(
    manifest('uploads')
      .filter(({ file }) => /^recordings\/(?:dd|pyroscope)-/.test(file))
      .map((row) => evidenceOfRequest(row))
  );
  const files = manifest('uploads').filter(({ file }) => file.startsWith('files/') && !file.includes('client-bytes'));
  const corpus = manifest('corpus').filter(({ file }) => !file.endsWith('.zip'));
  return [...recorded.flat(), ...[...files, ...corpus].flatMap(evidenceOfFile)];
}

interface ManifestRow {
  readonly file: string;
  /** From the fixtures' folder on. */
  readonly path: string;
  readonly producer: string;
  readonly language: string;
}

function manifest(folder: 'uploads' | 'corpus'): ManifestRow[] {
  const [head, ...lines] = readFileSync(path.join(fixtures, folder, 'MANIFEST.tsv'), 'utf8')
    .trim()
    .split('\n');
  const columns = head.split('\t');
  return lines.map((line) => {
    const cells = line.split('\t');
    const cell = (name: string) => cells[columns.indexOf(name)] ?? '';
    const producer = folder === 'uploads' ? cell('client') : `corpus: ${cell('repo')}`;
    const language = folder === 'uploads' ? languageOfClient(cell('client')) : languageOf(cell('language'));
    return { file: cell('file'), path: `${folder}/${cell('file')}`, producer, language };
  });
}

function languageOf(text: string): string {
  return /^js|javascript/i.test(text) ? 'node' : resolveLanguage(text);
}

function languageOfClient(client: string): string {
  return /perf|gperftools/.test(client) ? 'cpp' : /Flight|async/.test(client) ? 'java' : languageOf(client);
}

async function evidenceOfRequest({ file, producer, language: known }: ManifestRow): Promise<Evidence[]> {
  const base = path.join(fixtures, 'uploads', file.replace(/\.body$/, ''));
  const meta: { path: string; headers: Array<[string, string]> } = JSON.parse(
    readFileSync(`${base}.http.json`, 'utf8')
  );
  const contentType = meta.headers.find(([key]) => key.toLowerCase() === 'content-type')?.[1] ?? '';
  const [url, query = ''] = meta.path.split('?');
  const request = { intake: intakeOf(url), tenant: 't', receivedMs: 0, peer: '', contentType, query, headers: {} };
  const context = { request, limits, defaultService: 'none' };
  const understood = await understandRequest(new Uint8Array(readFileSync(`${base}.body`)), context);
  const upload = file.replace(/\.body$/, '');
  const uploads =
    understood.kind === 'uploads'
      ? understood.uploads.map(({ labels, attachments }) => ({
          language: labels.get('language') || known,
          attachments,
        }))
      : [{ language: 'java', attachments: [{ name: 'otlp', bytes: understood.body }] }];
  return uploads.flatMap(({ language, attachments }) =>
    attachments.flatMap((attachment) =>
      typesOf(attachment, language).map((found) => ({ language, producer, upload, ...found }))
    )
  );
}

function intakeOf(url: string): Intake {
  const found = (['push', 'ingest', 'v1development'] as const).find((word) => url.includes(word));
  return found === 'push' ? 'push' : found === 'ingest' ? 'pyroscope' : found ? 'otlp' : 'datadog';
}

function evidenceOfFile(row: ManifestRow): Evidence[] {
  const { path: upload, producer, language } = row;
  const attachment = { name: path.basename(upload), bytes: plain(readFileSync(path.join(fixtures, upload))) };
  return typesOf(attachment, language).map((found) => ({ language, producer, upload, ...found }));
}

function typesOf(attachment: Attachment, language: string): Array<{ type: string; source: string }> {
  const { profile, format } = readPart(attachment, undefined);
  if (profile === undefined) {
    return [];
  }
  return format === 'jfr' ? eventsOf(attachment.bytes) : columnsOf(profile, attachment.name, language);
}

/** Columns that hold something; an unscaled count and the time it stands for are both there. */
function columnsOf(profile: Profile, attachment: string, language: string) {
  const { valueTypes, samples, period } = profile;
  return resolveProfileTypes(valueTypes, { attachment, language, period }).flatMap(({ id, twin }, column) => {
    const isThere = samples.values.some((value, at) => value !== 0 && at % valueTypes.length === column);
    const source = `${valueTypes[column].type}/${valueTypes[column].unit}`;
    return isThere ? [id, ...(twin === undefined ? [] : [twin])].map((type) => ({ type, source })) : [];
  });
}

function eventsOf(bytes: Uint8Array): Array<{ type: string; source: string }> {
  const cursor = new JfrCursor(bytes);
  const wanted = new Set(eventRules.map(({ event }) => event));
  const chunks = readChunks(cursor).chunks.map((header) =>
    readChunk(cursor, header, (event) => wanted.has(event), defaultReaderLimits)
  );
  const rules = rulesFor((event) => chunks.some(({ events }) => (events.get(event)?.length ?? 0) > 0));
  return rules.flatMap(({ event, measures }) => Object.keys(measures).map((type) => ({ type, source: event })));
}
