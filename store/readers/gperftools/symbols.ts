/** `--- symbol`: what google-pprof --raw puts before the profile, so that it can be read without the binaries. */
export interface Symbols {
  /** Leaf first by address: inlined calls, then the function. */
  readonly byAddress: ReadonlyMap<bigint, readonly string[]>;
  /** Where the profile itself begins. */
  readonly profileStart: number;
}

const start = '--- symbol\n';
const profileMark = '--- profile\n';

/** Whether the bytes begin with the mark. */
export function hasSymbols(bytes: Uint8Array): boolean {
  return startsWith(bytes, 0, start);
}

/** Undefined when the profile that should follow is missing. */
export function readSymbols(bytes: Uint8Array): Symbols | undefined {
  const byAddress = new Map<bigint, readonly string[]>();
  const decoder = new TextDecoder();
  let at = start.length;
  while (at < bytes.length && !startsWith(bytes, at, profileMark)) {
    const newLine = bytes.indexOf(0x0a, at);
    const end = newLine < 0 ? bytes.length : newLine;
    const found = /^0x([0-9a-f]{1,16}) (.*)$/.exec(decoder.decode(bytes.subarray(at, end)));
    if (found) {
      byAddress.set(BigInt(`0x${found[1]}`), namesOf(found[2]));
    }
    at = end + 1;
  }
  return at < bytes.length ? { byAddress, profileStart: at + profileMark.length } : undefined;
}

/** `outer--inlined--innermost`, each with marks that are no part of the name: the function's address, the symbol's version. */
function namesOf(text: string): string[] {
  return text
    .split(/(?<!operator)--(?=\S)/)
    .map((name) => name.replace(/<[0-9a-f]{8,16}>$/, ''))
    .reverse();
}

function startsWith(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (bytes[at + i] !== text.charCodeAt(i)) {
      return false;
    }
  }
  return true;
}
