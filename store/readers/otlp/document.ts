/**
 * An OTLP profiles message as it is, before anything is resolved: samples point into the tables of one dictionary, where entry 0
 * of each table stands for "none". Layout of opentelemetry-proto 1.9 and later.
 */
export interface OtlpDocument {
  readonly dictionary: OtlpDictionary;
  readonly resources: readonly OtlpResource[];
}

export interface OtlpDictionary {
  readonly strings: string[];
  readonly mappings: OtlpMapping[];
  readonly locations: OtlpLocation[];
  readonly functions: OtlpFunction[];
  readonly links: OtlpLink[];
  readonly attributes: OtlpAttribute[];
  /** Location indexes, leaf first. */
  readonly stacks: Array<readonly number[]>;
}

export interface OtlpMapping {
  readonly start: bigint;
  readonly limit: bigint;
  readonly fileOffset: bigint;
  /** String index. */
  readonly file: number;
}

export interface OtlpLocation {
  readonly mapping: number;
  readonly address: bigint;
  /** Innermost inlined call first. */
  readonly lines: readonly OtlpLine[];
  readonly attributes: readonly number[];
}

export interface OtlpLine {
  readonly function: number;
  readonly line: number;
}

/** String indexes. */
export interface OtlpFunction {
  readonly name: number;
  readonly systemName: number;
  readonly file: number;
}

export interface OtlpLink {
  readonly traceIdHigh: bigint;
  readonly traceIdLow: bigint;
  readonly spanId: bigint;
}

export interface OtlpAttribute {
  /** String index. */
  readonly key: number;
  readonly value: OtlpValue;
}

/** A value as text, or the index of the string that it is. */
export type OtlpValue = string | { readonly string: number };

/** An attribute of a resource: its key may be an index as well. */
export interface OtlpKeyValue {
  readonly key: OtlpValue;
  readonly value: OtlpValue;
}

export interface OtlpResource {
  readonly attributes: readonly OtlpKeyValue[];
  readonly profiles: readonly OtlpProfile[];
}

export interface OtlpProfile {
  readonly type: OtlpValueType;
  readonly samples: OtlpSamples;
  /** ns since 1970, 0n = not said. */
  readonly timeNs: bigint;
  readonly durationNs: number;
  readonly periodType: OtlpValueType;
  readonly period: number;
}

/** String indexes. */
export interface OtlpValueType {
  readonly type: number;
  readonly unit: number;
}

/** A value of a sample and when it was taken, ns since 1970. */
export interface OtlpMoment {
  readonly timeNs: bigint;
  readonly value: number;
}

export interface OtlpSample {
  readonly stack: number;
  readonly link: number;
  readonly value: number;
  readonly attributes: readonly number[];
  readonly moments?: readonly OtlpMoment[];
}

/** Values and times of a sample, which are as many or one of both is missing. */
export function momentsOf(values: readonly number[], times: readonly bigint[]): OtlpMoment[] {
  return times.map((timeNs, i) => ({ timeNs, value: values.length === 0 ? 1 : values[i] }));
}

/** Parallel lists, one entry per sample. */
export class OtlpSamples {
  readonly stack: number[] = [];
  readonly link: number[] = [];
  /** Sum of the sample's values; of a sample that has only times, how many. */
  readonly value: number[] = [];
  /** Index in `attributeLists`. */
  readonly attributes: number[] = [];
  /** By sample, when its values were taken and what they are; only where times were asked for and said. */
  readonly moments = new Map<number, readonly OtlpMoment[]>();
  readonly attributeLists: Array<readonly number[]> = [[]];
  private readonly listIndexes = new Map<string, number>([['', 0]]);

  add(sample: OtlpSample): void {
    if (sample.moments !== undefined && sample.moments.length > 0) {
      this.moments.set(this.stack.length, sample.moments);
    }
    this.stack.push(sample.stack);
    this.link.push(sample.link);
    this.value.push(sample.value);
    this.attributes.push(this.listIndex(sample.attributes));
  }

  /** Few lists occur, in many samples. */
  private listIndex(list: readonly number[]): number {
    if (list.length === 0) {
      return 0;
    }
    const key = list.join();
    const known = this.listIndexes.get(key);
    if (known !== undefined) {
      return known;
    }
    this.listIndexes.set(key, this.attributeLists.length);
    return this.attributeLists.push(list) - 1;
  }
}

export function emptyDictionary(): OtlpDictionary {
  return { strings: [], mappings: [], locations: [], functions: [], links: [], attributes: [], stacks: [] };
}

/** Why files of the layouts before 1.9 are refused. */
export const olderLayout = 'an OTLP profile in a layout older than opentelemetry-proto 1.9: update the sender';
