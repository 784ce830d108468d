import type { ReaderLimits } from '../../../src/model/profile';
import { JsonFile, type JsonObject, textOr } from '../json';
import {
  momentsOf,
  type OtlpDictionary,
  type OtlpDocument,
  type OtlpKeyValue,
  type OtlpLink,
  type OtlpLocation,
  olderLayout,
  type OtlpProfile,
  type OtlpResource,
  OtlpSamples,
  type OtlpValue,
  type OtlpValueType,
} from './document';

/** OTLP/JSON: names in camel case (snake case is understood), 64-bit numbers as texts, ids in hex. */
export function decodeOtlpJson(bytes: Uint8Array, limits: ReaderLimits): OtlpDocument {
  return new JsonDecoder(new JsonFile(bytes, 'otlp'), limits).document();
}

class JsonDecoder {
  private samples = 0;

  constructor(
    private readonly json: JsonFile,
    private readonly limits: ReaderLimits
  ) {}

  document(): OtlpDocument {
    const root = this.json.object(this.json.root, 'the file');
    return {
      dictionary: this.dictionary(this.json.optionalObject(root.dictionary)),
      resources: this.list(root, 'resourceProfiles').map((value) => this.resource(value)),
    };
  }

  private dictionary(from: JsonObject): OtlpDictionary {
    const { json } = this;
    return {
      strings: this.list(from, 'stringTable').map((value) => json.text(value, 'a string')),
      mappings: this.list(from, 'mappingTable').map((one) => ({
        start: this.wide(field(one, 'memoryStart')),
        limit: this.wide(field(one, 'memoryLimit')),
        fileOffset: this.wide(field(one, 'fileOffset')),
        file: this.index(field(one, 'filenameStrindex')),
      })),
      locations: this.list(from, 'locationTable').map((value) => this.location(value)),
      functions: this.list(from, 'functionTable').map((one) => ({
        name: this.index(field(one, 'nameStrindex')),
        systemName: this.index(field(one, 'systemNameStrindex')),
        file: this.index(field(one, 'filenameStrindex')),
      })),
      links: this.list(from, 'linkTable').map((one) => this.link(one)),
      attributes: this.list(from, 'attributeTable').map((one) => ({
        key: this.index(field(one, 'keyStrindex')),
        value: this.value(field(one, 'value')),
      })),
      stacks: this.list(from, 'stackTable').map((one) => this.indexes(one, 'locationIndices')),
    };
  }

  private location(value: unknown): OtlpLocation {
    return {
      mapping: this.index(field(value, 'mappingIndex')),
      address: this.wide(field(value, 'address')),
      lines: this.list(value, 'lines').map((line) => ({
        function: this.index(field(line, 'functionIndex')),
        line: this.whole(field(line, 'line')),
      })),
      attributes: this.indexes(value, 'attributeIndices'),
    };
  }

  private link(value: unknown): OtlpLink {
    const trace = this.hex(field(value, 'traceId'), 32);
    return {
      traceIdHigh: trace >> 64n,
      traceIdLow: BigInt.asUintN(64, trace),
      spanId: this.hex(field(value, 'spanId'), 16),
    };
  }

  private hex(value: unknown, digits: number): bigint {
    const text = textOr(value, '');
    if (text !== '' && (text.length !== digits || !/^[0-9a-f]+$/i.test(text))) {
      this.json.fail(`an id of a link is not ${digits} hex digits`);
    }
    return text === '' ? 0n : BigInt(`0x${text}`);
  }

  private resource(value: unknown): OtlpResource {
    const attributes = this.list(field(value, 'resource'), 'attributes').map((one) => this.keyValue(one));
    const scopes = this.list(value, 'scopeProfiles');
    return {
      attributes,
      profiles: scopes.flatMap((scope) => this.list(scope, 'profiles').map((one) => this.profile(one))),
    };
  }

  private keyValue(one: unknown): OtlpKeyValue {
    const index = this.index(field(one, 'keyStrindex'));
    return {
      key: index === 0 ? textOr(field(one, 'key'), '') : { string: index },
      value: this.value(field(one, 'value')),
    };
  }

  /** AnyValue; lists and maps say nothing that could be a label. */
  private value(value: unknown): OtlpValue {
    const index = field(value, 'stringValueStrindex');
    if (index !== undefined) {
      return { string: this.index(index) };
    }
    const names = ['stringValue', 'boolValue', 'intValue', 'doubleValue'];
    const plain = names.map((name) => field(value, name)).find((one) => one !== undefined);
    return plain === undefined || typeof plain === 'object' ? '' : String(plain);
  }

  private profile(value: unknown): OtlpProfile {
    if (Array.isArray(field(value, 'sampleType')) || field(value, 'locationIndices') !== undefined) {
      this.json.fail(olderLayout);
    }
    const samples = new OtlpSamples();
    for (const one of this.list(value, 'samples')) {
      this.addSample(one, samples);
    }
    return {
      type: this.valueType(field(value, 'sampleType')),
      samples,
      timeNs: this.wide(field(value, 'timeUnixNano')),
      durationNs: this.whole(field(value, 'durationNano')),
      periodType: this.valueType(field(value, 'periodType')),
      period: this.whole(field(value, 'period')),
    };
  }

  private addSample(one: unknown, samples: OtlpSamples): void {
    if (++this.samples > this.limits.samples) {
      this.json.fail(`more than ${this.limits.samples} samples`, 'tooLarge');
    }
    const values = this.list(one, 'values').map((value) => this.whole(value));
    const times = this.list(one, 'timestampsUnixNano');
    if (values.length > 0 && times.length > 0 && values.length !== times.length) {
      this.json.fail(`a sample has ${values.length} values, but ${times.length} times`);
    }
    samples.add({
      stack: this.index(field(one, 'stackIndex')),
      link: this.index(field(one, 'linkIndex')),
      value: values.length > 0 ? this.exact(values.reduce((sum, value) => sum + value, 0)) : times.length,
      attributes: this.indexes(one, 'attributeIndices'),
      ...(this.limits.sampleTimes && {
        moments: momentsOf(
          values,
          times.map((time) => this.wide(time))
        ),
      }),
    });
  }

  private valueType(value: unknown): OtlpValueType {
    return { type: this.index(field(value, 'typeStrindex')), unit: this.index(field(value, 'unitStrindex')) };
  }

  private list(value: unknown, name: string): readonly unknown[] {
    return this.json.optionalArray(field(value, name), `\`${name}\``);
  }

  private indexes(value: unknown, name: string): number[] {
    return this.list(value, name).map((one) => this.index(one));
  }

  /** Whether it is in range is known when it is used. */
  private index(value: unknown): number {
    const index = this.whole(value);
    return index >= 0 ? index : this.json.fail('an index below 0');
  }

  /** A number, or one as text; absent = 0. */
  private whole(value: unknown): number {
    if (value === undefined || value === null) {
      return 0;
    }
    return typeof value === 'string' && /^-?\d{1,20}$/.test(value)
      ? this.exact(Number(value))
      : this.exact(this.json.number(value, 'a number'));
  }

  private exact(value: number): number {
    return Number.isSafeInteger(value)
      ? value
      : this.json.fail('a number beyond 2^53 - 1, which can not be kept exactly');
  }

  private wide(value: unknown): bigint {
    if (typeof value === 'string' && /^\d{1,20}$/.test(value)) {
      return BigInt.asUintN(64, BigInt(value));
    }
    const number = this.whole(value);
    return number >= 0 ? BigInt(number) : this.json.fail('a number below 0');
  }
}

/** A field by its name in camel case, or in the snake case of the proto file. */
function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return undefined;
  }
  const found = own(value, name);
  return found === undefined
    ? own(
        value,
        name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
      )
    : found;
}

function own(value: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}
