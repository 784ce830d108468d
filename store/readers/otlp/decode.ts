import type { ReaderLimits } from '../../../src/model/profile';
import { ProtobufCursor, wireBytes, wireFixed64, wireVarint } from '../protobuf';
import { decodeDictionary, keyValue } from './decode-dictionary';
import {
  emptyDictionary,
  momentsOf,
  type OtlpDocument,
  type OtlpKeyValue,
  type OtlpProfile,
  type OtlpResource,
  type OtlpSample,
  OtlpSamples,
  type OtlpValueType,
} from './document';
import { eachField, eachNumber, expectLayout, fixed64, inside, plainNumber } from './messages';

const format = 'otlp';
/** More profiles of one request are a sign of an attack: each may be small, and becomes a profile of ours. */
const mostProfiles = 10_000;

/** ProfilesData and ExportProfilesServiceRequest: resource_profiles = 1, dictionary = 2. */
export function decodeOtlp(bytes: Uint8Array, limits: ReaderLimits): OtlpDocument {
  const cursor = new ProtobufCursor(bytes, format);
  const dictionary = emptyDictionary();
  const resources: OtlpResource[] = [];
  const budget = { profiles: mostProfiles, samples: limits.samples, sampleTimes: limits.sampleTimes === true };
  eachField(cursor, (field) => {
    if (field === 1) {
      resources.push(inside(cursor, 'resource profiles', () => resource(cursor, budget)));
    } else if (field === 2) {
      inside(cursor, 'the dictionary', () => decodeDictionary(cursor, dictionary, limits));
    }
    return field <= 2;
  });
  return { dictionary, resources };
}

interface Budget {
  profiles: number;
  samples: number;
  readonly sampleTimes: boolean;
}

function resource(cursor: ProtobufCursor, budget: Budget): OtlpResource {
  const attributes: OtlpKeyValue[] = [];
  const profiles: OtlpProfile[] = [];
  eachField(cursor, (field) => {
    if (field === 1) {
      inside(cursor, 'a resource', () => readAttributes(cursor, attributes));
    } else if (field === 2) {
      inside(cursor, 'scope profiles', () => readScope(cursor, profiles, budget));
    }
    return field <= 2;
  });
  return { attributes, profiles };
}

function readAttributes(cursor: ProtobufCursor, attributes: OtlpKeyValue[]): void {
  eachField(cursor, (field) => {
    if (field === 1) {
      attributes.push(inside(cursor, 'an attribute', () => keyValue(cursor)));
    }
    return field === 1;
  });
}

/** The scope names the profiling library; nothing of it is kept. */
function readScope(cursor: ProtobufCursor, profiles: OtlpProfile[], budget: Budget): void {
  eachField(cursor, (field) => {
    if (field === 2) {
      if (--budget.profiles < 0) {
        cursor.fail(`more than ${mostProfiles} profiles`, 'tooLarge');
      }
      profiles.push(inside(cursor, 'a profile', () => profile(cursor, budget)));
    }
    return field === 2;
  });
}

function profile(cursor: ProtobufCursor, budget: Budget): OtlpProfile {
  const samples = new OtlpSamples();
  let type: OtlpValueType = { type: 0, unit: 0 };
  let periodType = type;
  let timeNs = 0n;
  let durationNs = 0;
  let period = 0;
  eachField(cursor, (field) => {
    if (field === 1) {
      type = inside(cursor, 'a sample type', () => valueType(cursor));
    } else if (field === 2) {
      if (--budget.samples < 0) {
        cursor.fail('too many samples', 'tooLarge');
      }
      samples.add(inside(cursor, 'a sample', () => sample(cursor, budget.sampleTimes)));
    } else if (field === 3) {
      expectLayout(cursor, wireFixed64);
      timeNs = BigInt.asIntN(64, fixed64(cursor));
    } else if (field === 4) {
      expectLayout(cursor, wireVarint);
      durationNs = signed(cursor);
    } else if (field === 5) {
      expectLayout(cursor, wireBytes);
      periodType = inside(cursor, 'a period type', () => valueType(cursor));
    } else if (field === 6) {
      expectLayout(cursor, wireVarint);
      period = signed(cursor);
    }
    return field <= 6;
  });
  return { type, samples, timeNs: timeNs > 0n ? timeNs : 0n, durationNs, periodType, period };
}

/** A duration or period: what can't be right is not said. */
function signed(cursor: ProtobufCursor): number {
  cursor.words();
  return Math.max(0, cursor.signed()) || 0;
}

function valueType(cursor: ProtobufCursor): OtlpValueType {
  const numbers = [0, 0, 0];
  eachField(cursor, (field) => {
    if (field <= 2) {
      numbers[field] = plainNumber(cursor, 'a value type');
    }
    return field <= 2;
  });
  return { type: numbers[1], unit: numbers[2] };
}

function sample(cursor: ProtobufCursor, sampleTimes: boolean): OtlpSample {
  const attributes: number[] = [];
  let stack = 0;
  let link = 0;
  let sum = 0;
  let values = 0;
  let times = 0;
  const listedValues: number[] = [];
  const listedTimes: bigint[] = [];
  eachField(cursor, (field) => {
    if (field === 1) {
      stack = plainNumber(cursor, 'the stack of a sample');
    } else if (field === 2) {
      eachNumber(cursor, 'attributes', () => attributes.push(cursor.varint()));
    } else if (field === 3) {
      expectLayout(cursor, wireVarint);
      link = cursor.varint();
    } else if (field === 4) {
      eachNumber(cursor, 'values', () => {
        cursor.words();
        const value = cursor.signed();
        sum += value;
        values++;
        if (sampleTimes) {
          listedValues.push(value);
        }
      });
    } else if (field === 5) {
      eachNumber(cursor, 'times', () => {
        const time = fixed64(cursor);
        times++;
        if (sampleTimes) {
          listedTimes.push(time);
        }
      });
    }
    return field <= 5;
  });
  if (values > 0 && times > 0 && values !== times) {
    cursor.fail(`a sample has ${values} values, but ${times} times`);
  }
  if (!Number.isSafeInteger(sum)) {
    cursor.fail('a value beyond 2^53 - 1, which can not be kept exactly');
  }
  const read = { stack, link, value: values > 0 ? sum : times, attributes };
  return sampleTimes ? { ...read, moments: momentsOf(listedValues, listedTimes) } : read;
}
