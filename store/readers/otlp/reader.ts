import { type Profile, ReaderError, type ReaderLimits, type RuntimeInfoEntry } from '../../../src/model/profile';
import type { Failing } from '../fail';
import { jsonOutline } from '../json';
import type { Reader } from '../reader';
import { decodeOtlp } from './decode';
import { decodeOtlpJson } from './decode-json';
import type { OtlpDocument, OtlpKeyValue, OtlpProfile } from './document';
import { Dictionary, resolveProfile, sameType } from './resolve';
import { looksLikeOtlpProtobuf } from './sniff';

/** Files of OTLP profiles, protobuf or JSON, of one resource. Requests, which may hold several, go through `readOtlp`. */
export const otlpReader: Reader = { format: 'otlp', sniff: looksLikeOtlp, read: readOtlpFile };

/** Profiles of one process, and what the message says about the process. */
export interface OtlpUpload {
  readonly profile: Profile;
  /** Resource attributes: `service.name`, `process.pid`, `container.id`, … */
  readonly resource: ReadonlyMap<string, string>;
}

const source: Failing = {
  fail: (reason, kind = 'broken') => {
    throw new ReaderError('otlp', 0, reason, kind);
  },
};

function looksLikeOtlp(bytes: Uint8Array): boolean {
  return isJson(bytes) || looksLikeOtlpProtobuf(bytes);
}

function isJson(bytes: Uint8Array): boolean {
  const { kind, keys } = jsonOutline(bytes);
  return kind === 'object' && (keys.has('resourceProfiles') || keys.has('resource_profiles'));
}

function decode(bytes: Uint8Array, limits: ReaderLimits): OtlpDocument {
  if (!looksLikeOtlp(bytes)) {
    source.fail(bytes.length === 0 ? 'an empty file' : 'not an OTLP profile', 'notMine');
  }
  return isJson(bytes) ? decodeOtlpJson(bytes, limits) : decodeOtlp(bytes, limits);
}

function readOtlpFile(bytes: Uint8Array, limits: ReaderLimits): Profile {
  const { dictionary: tables, resources } = decode(bytes, limits);
  const dictionary = new Dictionary(tables, source);
  const used = resources.filter(({ profiles }) => profiles.length > 0);
  if (used.length > 1) {
    source.fail(
      `profiles of ${used.length} resources in one file: send it to /v1development/profiles, which keeps them apart`
    );
  }
  const profile = resolveProfile(used[0]?.profiles ?? [], dictionary, limits);
  return { ...profile, runtimeInfo: infoOf(attributesOf(used[0]?.attributes ?? [], dictionary)) };
}

/**
 * All profiles of a request. Those of one resource are together when they were recorded in the same window and no value type
 * repeats.
 */
export function readOtlp(bytes: Uint8Array, limits: ReaderLimits): OtlpUpload[] {
  const { dictionary: tables, resources } = decode(bytes, limits);
  const dictionary = new Dictionary(tables, source);
  return resources.flatMap(({ attributes, profiles }) => {
    const resource = attributesOf(attributes, dictionary);
    return groupsOf(profiles, dictionary).map((group) => ({
      profile: { ...resolveProfile(group, dictionary, limits), runtimeInfo: infoOf(resource) },
      resource,
    }));
  });
}

function groupsOf(profiles: readonly OtlpProfile[], dictionary: Dictionary): OtlpProfile[][] {
  const groups: OtlpProfile[][] = [];
  for (const profile of profiles) {
    const group = groups.find((others) => others.every((other) => fits(other, profile, dictionary)));
    if (group === undefined) {
      groups.push([profile]);
    } else {
      group.push(profile);
    }
  }
  return groups;
}

function fits(a: OtlpProfile, b: OtlpProfile, dictionary: Dictionary): boolean {
  const together = a.timeNs === b.timeNs && a.durationNs === b.durationNs;
  return together && !sameType(dictionary.valueType(a.type), dictionary.valueType(b.type));
}

function attributesOf(attributes: readonly OtlpKeyValue[], dictionary: Dictionary): ReadonlyMap<string, string> {
  return new Map(attributes.map(({ key, value }) => [dictionary.value(key), dictionary.value(value)] as const));
}

function infoOf(resource: ReadonlyMap<string, string>): RuntimeInfoEntry[] {
  return [...resource].map(([key, value]) => ({ group: 'Resource', key, value }));
}
