/**
 * Whether the bytes are ProfilesData: nothing but resource profiles (1) and a dictionary (2) at the top. A pprof file begins
 * alike, but has its strings at the top, and its first field holds numbers, not messages. A length beyond the end is taken for
 * a cut file.
 */
export function looksLikeOtlpProtobuf(bytes: Uint8Array): boolean {
  let at = 0;
  let certain = false;
  while (at < bytes.length) {
    const tag = bytes[at];
    if (tag !== resourceTag && tag !== dictionaryTag) {
      return false;
    }
    const [length, start] = varint(bytes, at + 1);
    if (length > 0 && start < bytes.length && !isMessageOfMessages(bytes, start, tag === resourceTag ? 3 : 7)) {
      return false;
    }
    certain ||= tag === resourceTag && length > 0;
    at = start + length;
  }
  return certain || (bytes[0] === dictionaryTag && at >= bytes.length && isDictionary(bytes));
}

const resourceTag = 0x0a;
const dictionaryTag = 0x12;

/** Its first field is length-delimited and one of the first `fields`. */
function isMessageOfMessages(bytes: Uint8Array, start: number, fields: number): boolean {
  const tag = bytes[start];
  return (tag & 7) === 2 && tag >> 3 >= 1 && tag >> 3 <= fields;
}

/** A cut file that begins with its dictionary: the first entry of its tables is the empty one. */
function isDictionary(bytes: Uint8Array): boolean {
  const [, start] = varint(bytes, 1);
  return bytes[start] === resourceTag && bytes[start + 1] === 0;
}

function varint(bytes: Uint8Array, start: number): [number, number] {
  let value = 0;
  let at = start;
  for (let factor = 1; at < bytes.length && at < start + 10; factor *= 128) {
    const byte = bytes[at++];
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) {
      break;
    }
  }
  return [value, at];
}
