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
  const tests = regex ? [(text: string) => regex.test(text)] : textTests(wanted);
  return firstThatFinds(texts, tests);
}

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

function textTests(query: string): Test[] {
  const lower = query.toLowerCase();
  const words = lower.split(/\s+/);
  const tests: Test[] = [(text) => text.toLowerCase().includes(lower)];
  if (words.length > 1) {
    tests.push((text) => words.every((word) => text.toLowerCase().includes(word)));
  }
  const letters = words.join('');
  if (letters.length > 1) {
    tests.push((text) => matchesAbbreviation(text, letters));
  }
  return tests;
}

function firstThatFinds(texts: readonly string[], tests: readonly Test[]): TextMatches {
  const mask = new Uint8Array(texts.length);
  let count = 0;
  for (const test of tests) {
    for (let i = 0; i < texts.length; i++) {
      mask[i] = test(texts[i]!) ? 1 : 0;
      count += mask[i]!;
    }
    if (count > 0) {
      break;
    }
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
