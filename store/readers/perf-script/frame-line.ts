import type { NamedFrame } from '../frames';

/** A line of a stack: a function, or an address in a binary. */
export type FrameLine = NamedFrame | { readonly address: bigint; readonly mapping: string };

/** `70e96 __cos_fma+0x3c6 (/usr/lib/libm.so.6)`; undefined for lines that are none, such as source lines. */
export function frameLine(line: string): FrameLine | undefined {
  const text = line.trim();
  const space = text.indexOf(' ');
  const hex = space < 0 ? text : text.slice(0, space);
  if (!/^(?:0x)?[0-9a-f]{1,16}$/i.test(hex)) {
    return undefined;
  }
  const { symbol, binary } = splitBinary(space < 0 ? '' : text.slice(space + 1));
  const mapping = binary === '[unknown]' || binary === 'inlined' ? '' : binary;
  if (symbol === '' || symbol === '[unknown]') {
    return { address: BigInt(hex.startsWith('0x') ? hex : `0x${hex}`), mapping };
  }
  return { name: symbol.replace(/\+0x[0-9a-f]+$/, ''), mapping, language: languageOf(mapping) };
}

/** The binary stands in the last brackets; functions may hold brackets and spaces too. */
function splitBinary(text: string): { symbol: string; binary: string } {
  if (!text.endsWith(')')) {
    return { symbol: text, binary: '' };
  }
  const deleted = text.endsWith(' (deleted))');
  const at = text.lastIndexOf('(', deleted ? text.length - ' (deleted))'.length - 1 : undefined);
  const binary = text.slice(at + 1, deleted ? -' (deleted))'.length : -1);
  return { symbol: text.slice(0, at).trim(), binary };
}

/** Interpreters write the names of compiled functions to /tmp/perf-PID.map; all else is taken for native code. */
function languageOf(mapping: string): 'cpp' | '' {
  return mapping.endsWith('.map') ? '' : 'cpp';
}
