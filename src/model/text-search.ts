import { type LinearRegex, linearRegex } from './linear-regex';

/** Which of many texts a search finds. `mask[i]` is 1 where text i matches. */
export interface TextMatches {
  readonly mask: Uint8Array;
  readonly count: number;
  /** Why the search can't be run: a broken regular expression. */
  readonly error?: string;
}

type Test = (text: string) => boolean;

const longestFuzzyText = 1024;

/**
 * Finds texts, ignoring case: `/re/` by regular expression (`/re/I` minds case), else those that contain the query,
 * else those that contain all its words, else those where its letters follow each other or begin words (`jsUn`).
 */
export function searchTexts(texts: readonly string[], query: string): TextMatches {
  const wanted = query.trim();
  if (wanted === '') {
    return { mask: new Uint8Array(texts.length), count: 0 };
  }
  const regex = parseRegex(wanted);
  if (regex instanceof Error) {
    return { mask: new Uint8Array(texts.length), count: 0, error: regex.message };
  }
  return regex ? textsThat(texts, (text) => regex.test(text)) : searchWords(texts, wanted.toLowerCase());
}

/** What is found first: the whole text, all its words, its letters. */
function searchWords(texts: readonly string[], query: string): TextMatches {
  const whole = textsContaining(texts, query);
  const words = query.split(/\s+/);
  if (whole.count > 0) {
    return whole;
  }
  const all = words.length > 1 ? textsThat(texts, (text) => hasWords(text.toLowerCase(), words)) : whole;
  const letters = words.join('');
  return all.count === 0 && letters.length > 1 ? textsThat(texts, (text) => matchesAbbreviation(text, letters)) : all;
}

const hasWords = (text: string, words: readonly string[]) => words.every((word) => text.includes(word));

/** undefined = the query is no regular expression. */
function parseRegex(query: string): LinearRegex | Error | undefined {
  const parts = /^\/(.*)\/([iI]?)$/s.exec(query);
  if (!parts || parts[1] === '') {
    return undefined;
  }
  try {
    return linearRegex(parts[1]!, parts[2] !== 'I');
  } catch (error) {
    return new Error(`Invalid regular expression: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Between texts that are searched as one. */
const separator = '\n';

/** Texts in lower case as one text, in which the browser searches faster than code goes from text to text. */
interface JoinedTexts {
  readonly text: string;
  /** Where each text starts, and the end. */
  readonly start: Uint32Array;
}

const joinedTexts = new WeakMap<readonly string[], JoinedTexts>();

function joinedOf(texts: readonly string[]): JoinedTexts {
  const known = joinedTexts.get(texts) ?? joinTexts(texts);
  joinedTexts.set(texts, known);
  return known;
}

function joinTexts(texts: readonly string[]): JoinedTexts {
  const text = texts.join(separator).toLowerCase() + separator;
  const start = startsOf(texts);
  // A few letters are longer in lower case.
  const same = start[texts.length] === text.length;
  return { text, start: same ? start : startsOf(texts.map((one) => one.toLowerCase())) };
}

function startsOf(texts: readonly string[]): Uint32Array {
  const start = new Uint32Array(texts.length + 1);
  for (let i = 0, at = 0; i < texts.length; i++) {
    at += texts[i]!.length + 1;
    start[i + 1] = at;
  }
  return start;
}

function textsContaining(texts: readonly string[], wanted: string): TextMatches {
  if (wanted.includes(separator)) {
    return textsThat(texts, (text) => text.toLowerCase().includes(wanted));
  }
  const { text, start } = joinedOf(texts);
  const mask = new Uint8Array(texts.length);
  let count = 0;
  let i = 0;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, start[i])) {
    while (start[i]! <= at) {
      i++;
    }
    mask[i - 1] = 1;
    count++;
  }
  return { mask, count };
}

function textsThat(texts: readonly string[], test: Test): TextMatches {
  const mask = new Uint8Array(texts.length);
  let count = 0;
  for (let i = 0; i < texts.length; i++) {
    mask[i] = test(texts[i]!) ? 1 : 0;
    count += mask[i]!;
  }
  return { mask, count };
}

/** True if every letter either follows the one before it in the text or begins a word there (`letters` in lower case). */
export function matchesAbbreviation(text: string, letters: string): boolean {
  const source = text.length > longestFuzzyText ? text.slice(0, longestFuzzyText) : text;
  const lower = source.toLowerCase();
  // reached = positions just after a match of the letters so far.
  let reached = positionsOf(lower, source, letters[0] ?? '', -1, new Set());
  for (let k = 1; k < letters.length && reached.size > 0; k++) {
    reached = positionsOf(lower, source, letters[k]!, Math.min(...reached), reached);
  }
  return letters !== '' && reached.size > 0;
}

function positionsOf(lower: string, source: string, letter: string, from: number, follow: Set<number>): Set<number> {
  const found = new Set<number>();
  for (let at = lower.indexOf(letter, Math.max(0, from)); at >= 0; at = lower.indexOf(letter, at + 1)) {
    if (follow.has(at) || beginsWord(source, at)) {
      found.add(at + 1);
    }
  }
  return found;
}

function beginsWord(text: string, at: number): boolean {
  if (at === 0) {
    return true;
  }
  const before = text[at - 1]!;
  const here = text[at]!;
  return !/[\p{L}\p{N}]/u.test(before) || (/\p{Lu}/u.test(here) && !/\p{Lu}/u.test(before));
}
