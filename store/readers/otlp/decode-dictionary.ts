import type { ReaderLimits } from '../../../src/model/profile';
import { type ProtobufCursor, wireBytes, wireFixed64 } from '../protobuf';
import type {
  OtlpAttribute,
  OtlpDictionary,
  OtlpFunction,
  OtlpKeyValue,
  OtlpLine,
  OtlpLink,
  OtlpLocation,
  OtlpMapping,
  OtlpValue,
} from './document';
import { byteField, eachField, eachNumber, fixed64, inside, plainNumber, text, wideNumber } from './messages';

/** Reads a ProfilesDictionary into `into`: a message may hold it in several pieces. */
export function decodeDictionary(cursor: ProtobufCursor, into: OtlpDictionary, limits: ReaderLimits): void {
  const readers: Readonly<Record<number, () => void>> = {
    1: () => add(cursor, into.mappings, limits.locations, 'mapping', () => mapping(cursor)),
    2: () => add(cursor, into.locations, limits.locations, 'location', () => location(cursor)),
    3: () => add(cursor, into.functions, limits.locations, 'function', () => functionOf(cursor)),
    4: () => add(cursor, into.links, limits.samples, 'link', () => link(cursor)),
    5: () => addText(cursor, into.strings, limits.strings),
    6: () => add(cursor, into.attributes, limits.strings, 'attribute', () => attribute(cursor)),
    7: () => add(cursor, into.stacks, limits.samples, 'stack', () => stack(cursor, limits)),
  };
  eachField(cursor, (field) => {
    readers[field]?.();
    return field in readers;
  });
}

function add<T>(cursor: ProtobufCursor, table: T[], limit: number, what: string, read: () => T): void {
  if (table.length === limit) {
    cursor.fail(`more than ${limit} ${what}s`, 'tooLarge');
  }
  table.push(inside(cursor, `a ${what}`, read));
}

function addText(cursor: ProtobufCursor, strings: string[], limit: number): void {
  if (strings.length === limit) {
    cursor.fail(`more than ${limit} strings`, 'tooLarge');
  }
  strings.push(text(cursor));
}

function mapping(cursor: ProtobufCursor): OtlpMapping {
  const numbers = [0n, 0n, 0n, 0n];
  let file = 0;
  eachField(cursor, (field) => {
    if (field <= 3) {
      numbers[field] = wideNumber(cursor, 'a number of a mapping');
    } else if (field === 4) {
      file = plainNumber(cursor, 'the file of a mapping');
    }
    return field <= 4;
  });
  return { start: numbers[1], limit: numbers[2], fileOffset: numbers[3], file };
}

function location(cursor: ProtobufCursor): OtlpLocation {
  const lines: OtlpLine[] = [];
  const attributes: number[] = [];
  let mappingIndex = 0;
  let address = 0n;
  eachField(cursor, (field) => {
    if (field === 1) {
      mappingIndex = plainNumber(cursor, 'the mapping of a location');
    } else if (field === 2) {
      address = wideNumber(cursor, 'an address');
    } else if (field === 3) {
      lines.push(inside(cursor, 'a line', () => line(cursor)));
    } else if (field === 4) {
      eachNumber(cursor, 'attributes', () => attributes.push(cursor.varint()));
    }
    return field <= 4;
  });
  return { mapping: mappingIndex, address, lines, attributes };
}

function line(cursor: ProtobufCursor): OtlpLine {
  const numbers = [0, 0, 0];
  eachField(cursor, (field) => {
    if (field <= 2) {
      numbers[field] = plainNumber(cursor, 'a number of a line');
    }
    return field <= 2;
  });
  return { function: numbers[1], line: numbers[2] };
}

function functionOf(cursor: ProtobufCursor): OtlpFunction {
  const numbers = [0, 0, 0, 0];
  eachField(cursor, (field) => {
    if (field <= 3) {
      numbers[field] = plainNumber(cursor, 'a text of a function');
    }
    return field <= 3;
  });
  return { name: numbers[1], systemName: numbers[2], file: numbers[3] };
}

function link(cursor: ProtobufCursor): OtlpLink {
  let trace: Uint8Array = new Uint8Array();
  let span: Uint8Array = new Uint8Array();
  eachField(cursor, (field) => {
    if (field === 1) {
      trace = byteField(cursor, 'a trace id');
    } else if (field === 2) {
      span = byteField(cursor, 'a span id');
    }
    return field <= 2;
  });
  if (!(trace.length === 0 || trace.length === 16) || !(span.length === 0 || span.length === 8)) {
    cursor.fail(`a link has a trace id of ${trace.length} and a span id of ${span.length} bytes`);
  }
  return { traceIdHigh: idOf(trace, 0), traceIdLow: idOf(trace, 8), spanId: idOf(span, 0) };
}

/** Eight bytes, the highest first. */
function idOf(bytes: Uint8Array, at: number): bigint {
  return bytes.subarray(at, at + 8).reduce((id, byte) => (id << 8n) | BigInt(byte), 0n);
}

function stack(cursor: ProtobufCursor, limits: ReaderLimits): number[] {
  const locations: number[] = [];
  eachField(cursor, (field) => {
    if (field !== 1) {
      return false;
    }
    eachNumber(cursor, 'locations of a stack', () => {
      if (locations.push(cursor.varint()) > limits.stackDepth) {
        cursor.fail(`a stack deeper than ${limits.stackDepth} frames`, 'tooLarge');
      }
    });
    return true;
  });
  return locations;
}

/** KeyValueAndUnit: key, value, unit. Layouts before 1.9 have a KeyValue here, whose key is a text. */
function attribute(cursor: ProtobufCursor): OtlpAttribute {
  let key = 0;
  let value: OtlpValue = '';
  eachField(cursor, (field) => {
    if (field === 1) {
      key = plainNumber(cursor, 'the key of an attribute');
    } else if (field === 2) {
      value = inside(cursor, 'a value', () => anyValue(cursor));
    }
    return field <= 2;
  });
  return { key, value };
}

/** KeyValue of a resource: key as text or, since 1.10, as an index; value. */
export function keyValue(cursor: ProtobufCursor): OtlpKeyValue {
  let key: OtlpValue = '';
  let value: OtlpValue = '';
  eachField(cursor, (field) => {
    if (field === 1) {
      key = text(cursor);
    } else if (field === 2) {
      value = inside(cursor, 'a value', () => anyValue(cursor));
    } else if (field === 3) {
      const index = plainNumber(cursor, 'the key of an attribute');
      key = index === 0 ? key : { string: index };
    }
    return field <= 3;
  });
  return { key, value };
}

/** AnyValue as text; lists and maps say nothing that could be a label. */
function anyValue(cursor: ProtobufCursor): OtlpValue {
  let value: OtlpValue = '';
  eachField(cursor, (field) => {
    if (field === 1 && cursor.wire === wireBytes) {
      value = text(cursor);
    } else if (field === 2) {
      value = plainNumber(cursor, 'a value') === 0 ? 'false' : 'true';
    } else if (field === 3) {
      value = BigInt.asIntN(64, wideNumber(cursor, 'a value')).toString();
    } else if (field === 4 && cursor.wire === wireFixed64) {
      value = String(doubleOf(fixed64(cursor)));
    } else if (field === 8) {
      value = { string: plainNumber(cursor, 'a value') };
    } else {
      return false;
    }
    return true;
  });
  return value;
}

function doubleOf(bits: bigint): number {
  return new Float64Array(new BigUint64Array([bits]).buffer)[0];
}
