import type { ContextNames } from '../readers/jfr/contexts';
import { readJfr } from '../readers/jfr/reader';
import type { Reader } from '../readers/reader';
import { sniffReader } from '../readers/readers';
import {
  defaultReaderLimits,
  ReaderError,
  type Profile,
  type ReaderLimits,
  type RuntimeInfoEntry,
} from '../../src/model/profile';
import { labelsInfo } from './pyroscope/context-names';
import { unpackNames } from './pyroscope/packed-names';
import { metricsInfo } from './runtime-info';
import type { Attachment } from './upload';

/** What became of one attachment. */
export interface ReadPart {
  readonly attachment: Attachment;
  readonly format: string;
  readonly profile?: Profile;
  /** Why a file that should hold a profile gave none. */
  readonly reason?: string;
  readonly info?: readonly RuntimeInfoEntry[];
}

/** Reads a file by what its first bytes say it is. Never throws for what is in the file. */
export function readPart(
  attachment: Attachment,
  names: ContextNames | undefined,
  limits: ReaderLimits = defaultReaderLimits
): ReadPart {
  if (attachment.damage !== undefined) {
    return { attachment, format: 'unknown', reason: attachment.damage };
  }
  const companion = readCompanion(attachment);
  const reader = companion ? undefined : sniffReader(attachment.bytes);
  if (!reader) {
    return companion ?? readOtherPart(attachment);
  }
  try {
    return { attachment, format: reader.format, profile: readFile(reader, attachment, names, limits) };
  } catch (error) {
    if (!(error instanceof ReaderError)) {
      throw error;
    }
    if (error.kind === 'notMine') {
      return readOtherPart(attachment);
    }
    const place = error.offset > 0 ? ` (at byte ${error.offset})` : '';
    return { attachment, format: reader.format, reason: `${attachment.name}: ${error.reason}${place}` };
  }
}

function readFile(
  reader: Reader,
  { bytes, hints }: Attachment,
  names: ContextNames | undefined,
  limits: ReaderLimits
): Profile {
  const profile = reader.format === 'jfr' ? readJfr(bytes, limits, names) : reader.read(bytes, limits);
  const named = hints?.packedNames ? unpackNames(profile) : profile;
  const countsOnly = named.valueTypes.length === 1 && named.valueTypes[0].type === 'samples';
  return !countsOnly || hints === undefined
    ? named
    : {
        ...named,
        valueTypes: hints.countsAre ? [hints.countsAre] : named.valueTypes,
        period: hints.period ?? named.period,
      };
}

/** Files that tracers send along with their profiles. */
function readCompanion(attachment: Attachment): ReadPart | undefined {
  const { bytes, name } = attachment;
  if (attachment.hints?.isContextNames) {
    return { attachment, format: 'labels', info: labelsInfo(bytes) };
  }
  if (/^go 1\.\d+ trace/.test(startOf(bytes))) {
    return { attachment, format: 'go-trace' };
  }
  const json = /^(?:metrics|code-provenance)\.json$/.test(name) && isJson(bytes);
  return json ? { attachment, format: 'json', info: metricsInfo(bytes) } : undefined;
}

function readOtherPart(attachment: Attachment): ReadPart {
  return isJson(attachment.bytes)
    ? { attachment, format: 'json' }
    : { attachment, format: 'unknown', reason: `${attachment.name}: no known profile format starts with these bytes` };
}

function isJson(bytes: Uint8Array): boolean {
  return /^\s*[[{]/.test(startOf(bytes));
}

function startOf(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes.subarray(0, 16));
}
