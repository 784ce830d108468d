import { HotspanError } from '../errors';
import type { ProfileRow } from '../engines/rows';
import type { ContextNames } from '../readers/jfr/contexts';
import { defaultReaderLimits, type Profile, type RuntimeInfoEntry } from '../../src/model/profile';
import type { KnownContent } from './content-filter';
import type { ContentHasher } from './content-ids';
import { takeDifferences, type CumulativeFile } from './cumulative-parts';
import type { FormContext } from './form';
import { encodeUpload, type EncodedUpload } from './encode-upload';
import { instanceOf } from './labels';
import { mergeSamples, type IdentifiedProfile } from './merge-samples';
import { contextNamesOrNone } from './pyroscope/context-names';
import { readPart, type ReadPart } from './read-part';
import { metricsOf } from './prof-metrics';
import { retentionDaysOf, type RetentionRule } from './retention-days';
import { redact } from './runtime-info';
import { estimatesOf } from './sampling-estimates';
import { windowOf, type Window } from './times';
import type { Upload } from './upload';
import { uploadKey } from './upload-key';

/** `profiles` without what is known only once the upload is on disk. */
export type ParsedRow = Omit<ProfileRow, 'id' | 'part' | 'rawSegment' | 'rawOffset' | 'rawLength'>;

export interface ParsedUpload extends EncodedUpload {
  readonly row: ParsedRow;
  /** Its files that count from the start of their process. */
  readonly cumulative: readonly CumulativeFile[];
}

export interface ReadContext extends FormContext {
  readonly retentionDays: number;
  readonly retentionRules?: readonly RetentionRule[];
  /** Low half of the profile number: writer and sequence. */
  readonly sequence: number;
  readonly bodyBytes: number;
  readonly hasher: ContentHasher;
  /** Stacks and frames that are in their tables already. */
  readonly known?: KnownContent;
  /** Earlier files of the same processes, by `CumulativeFile.key`. */
  readonly previousFiles?: ReadonlyMap<string, Profile>;
}

/**
 * Reads every file of an upload. Throws when nothing of it can ever be shown. JFR recordings are kept even so: what can't be
 * read today a later version may.
 */
export function readUpload(upload: Upload, context: ReadContext): ParsedUpload {
  const names = contextNames(upload);
  const parts = upload.attachments.map((attachment) => readPart(attachment, names));
  const profiles = parts.filter((part) => part.profile !== undefined);
  if (profiles.length === 0 && !parts.some((part) => part.format === 'jfr')) {
    throw refusal(parts);
  }
  return assemble(upload, parts, context);
}

/** An upload that was acknowledged before it was read and can't be: listed, downloadable, without samples. */
export function unreadableUpload(upload: Upload, reason: string, context: ReadContext): ParsedUpload {
  const parts = upload.attachments.map((attachment) => ({ attachment, format: 'unknown', reason }));
  return assemble(upload, parts, context);
}

/** What says in words what the numbers in the upload's recordings mean. */
function contextNames({ attachments }: Upload): ContextNames | undefined {
  const part = attachments.find(({ hints }) => hints?.isContextNames);
  return part && contextNamesOrNone(part.bytes);
}

/** The profiles of an upload with the times of their samples; files that can't be read are left out. */
export function timedProfiles(upload: Upload): Array<{ readonly name: string; readonly profile: Profile }> {
  const names = contextNames(upload);
  const limits = { ...defaultReaderLimits, sampleTimes: true };
  return upload.attachments.flatMap((attachment) => {
    const { profile } = readPart(attachment, names, limits);
    return profile === undefined ? [] : [{ name: attachment.name, profile }];
  });
}

function refusal(parts: readonly ReadPart[]): HotspanError {
  const reasons = parts.flatMap(({ reason }) => reason ?? []);
  const recognised = parts.some(
    ({ attachment, format, reason }) =>
      attachment.damage !== undefined || (reason !== undefined && format !== 'unknown')
  );
  return reasons.length === 0
    ? new HotspanError(
        'no_attachment',
        `no file of the upload is a profile: ${parts.map(({ attachment }) => attachment.name).join(', ')}`
      )
    : new HotspanError(recognised ? 'unreadable_profile' : 'unsupported_format', reasons.join('; '));
}

/** Rows of an upload whose files were read. */
export function assemble(upload: Upload, read: readonly ReadPart[], context: ReadContext): ParsedUpload {
  const { hasher } = context;
  const { parts, files: cumulative } = takeDifferences(read, upload, context);
  const identified = parts.flatMap(({ attachment, profile }): Identified[] => {
    if (profile === undefined) {
      return [];
    }
    const frameIds = hasher.frameIds(profile.frames, profile.strings);
    return [{ name: attachment.name, profile, frameIds, stackIds: hasher.stackIds(profile.stacks, frameIds) }];
  });
  const window = windowOf(upload, fileTimes(identified), upload.receivedMs);
  const labels = new Map(upload.labels);
  if (window.skewed) {
    labels.set('clock', 'skewed');
  }
  const language = labels.get('language') || languageOfFormats(parts);
  if (language !== '') {
    labels.set('language', language);
  }
  const runtime = labels.get('runtime') || virtualMachineOf(parts);
  if (runtime !== '') {
    labels.set('runtime', runtime);
  }
  const samples = mergeSamples(identified, language);
  const totals = new Map(samples.types.map((type, at) => [type, samples.totals[at]]));
  const estimates = estimatesOf(labels, upload.runtimeInfo, totals);
  const durationNs = Number(window.endNs - window.startNs);
  const metrics = new Map([
    ...estimates.totals,
    ...metricsOf({ language, durationNs, totals, reported: reportedMetrics(parts), files: identified }),
  ]);
  const status = identified.length > 0 ? 'ok' : 'unreadable';
  const info = runtimeInfo(upload, parts, labels, estimates.info);
  const row = makeRow(upload, parts, { labels, window, samples, metrics, info, status }, context);
  return { row, cumulative, ...encodeUpload(row, identified, samples, context.known) };
}

/** Formats of one language; a sender that names none means it. */
const languages: Readonly<Record<string, string>> = { jfr: 'java', stackprof: 'ruby', 'go-text': 'go' };

function languageOfFormats(parts: readonly ReadPart[]): string {
  const found = parts.map(({ format }) => languages[format]).find((language) => language !== undefined);
  return found ?? '';
}

/** Java's tracer names no runtime; its recording does. */
function virtualMachineOf(parts: readonly ReadPart[]): string {
  const facts = parts.flatMap(({ profile }) => profile?.runtimeInfo ?? []);
  return facts.find(({ group, key }) => group === 'JVM' && key === 'jvmName')?.value ?? '';
}

export interface Identified extends IdentifiedProfile {
  readonly frameIds: BigUint64Array;
}

/** Of several files, the first that says when it was recorded, and the longest recording. */
function fileTimes(files: readonly IdentifiedProfile[]): { startNs: bigint; durationNs: number } {
  return {
    startNs: files.find(({ profile }) => profile.startNs > 0n)?.profile.startNs ?? 0n,
    durationNs: files.reduce((longest, { profile }) => Math.max(longest, profile.durationNs), 0),
  };
}

/** Rows of dd-trace-go's `metrics.json`. */
function reportedMetrics(parts: readonly ReadPart[]): ReadonlyMap<string, number> {
  const rows = parts.flatMap(({ info }) => info ?? []).filter(({ group }) => group === 'Metrics');
  return new Map(rows.map(({ key, value }) => [key.replace(/^go_/, ''), Number(value)]));
}

interface RowFacts {
  readonly labels: ReadonlyMap<string, string>;
  readonly window: Window;
  readonly samples: ReturnType<typeof mergeSamples>;
  /** Totals without samples. */
  readonly metrics: ReadonlyMap<string, number>;
  readonly info: readonly RuntimeInfoEntry[];
  readonly status: 'ok' | 'unreadable';
}

const columnLabels = ['service', 'env', 'version', 'host', 'runtime', 'language'] as const;

function makeRow(upload: Upload, parts: readonly ReadPart[], facts: RowFacts, context: ReadContext): ParsedRow {
  const { labels, window, samples, metrics } = facts;
  const column = (name: (typeof columnLabels)[number]) => labels.get(name) ?? '';
  const instance = instanceOf(upload.labels, context.request.peer);
  const startSeconds = window.startNs / 1_000_000_000n;
  return {
    tenant: upload.tenant,
    service: column('service'),
    env: column('env'),
    version: column('version'),
    host: column('host'),
    runtime: column('runtime'),
    language: column('language'),
    startNs: window.startNs,
    endNs: window.endNs,
    receivedMs: upload.receivedMs,
    profile: (startSeconds << 32n) | BigInt(context.sequence),
    uploadKey: uploadKey({ ...upload, instance }),
    instance,
    labels: new Map([...labels].filter(([name]) => !columnLabels.some((own) => own === name))),
    types: [...samples.types, ...metrics.keys()],
    totals: [...samples.totals, ...metrics.values()],
    counts: [...samples.counts, ...Array.from(metrics, () => 1)],
    sampleCount: samples.sampleCount,
    sizeBytes: context.bodyBytes,
    status: facts.status,
    reason: [...new Set(parts.flatMap(({ reason }) => reason ?? []))].join('; ').slice(0, 2000),
    format: [...new Set(parts.filter((part) => part.profile ?? part.reason).map((part) => part.format))]
      .sort()
      .join(','),
    intake: upload.intake,
    runtimeInfo: JSON.stringify(facts.info.map(({ group, key, value }) => [group, key, value])),
    attachments: JSON.stringify(
      parts.map(({ attachment, format }) => ({ name: attachment.name, format, sizeBytes: attachment.bytes.length }))
    ),
    endpointCounts: endpointCounts(upload, parts),
    retentionDays: retentionDaysOf(upload.tenant, column('service'), context.retentionRules, context.retentionDays),
  };
}

/** As the client's form counts them, else as its recordings do. */
function endpointCounts(upload: Upload, parts: readonly ReadPart[]): ReadonlyMap<string, number> {
  const told = parts.find(({ profile }) => (profile?.endpointCounts?.size ?? 0) > 0)?.profile?.endpointCounts;
  return upload.endpointCounts.size > 0 || told === undefined ? upload.endpointCounts : told;
}

function runtimeInfo(
  upload: Upload,
  parts: readonly ReadPart[],
  labels: ReadonlyMap<string, string>,
  more: readonly RuntimeInfoEntry[]
): RuntimeInfoEntry[] {
  const tags = [...labels].map(([key, value]) => ({ group: 'Tags', key, value }));
  const fromFiles = parts.flatMap(({ profile, info }) => [...(profile?.runtimeInfo ?? []), ...(info ?? [])]);
  return redact([...tags, ...upload.runtimeInfo, ...more, ...fromFiles]);
}
