/**
 * Regular expressions from users, run in time linear in the text: a set of states is moved over the text, so no pattern can
 * hang the page as backtracking does. Known: literals, `.`, classes, \d \w \s, groups, |, * + ? {n,m}, ^ $ \b. Look-around and
 * back references can't be run this way and are refused.
 */
export interface LinearRegex {
  test(text: string): boolean;
}

type Accepts = (code: number) => boolean;

/** One state. `next` of a consuming state follows its character; of others they are followed at once. */
type State =
  | { kind: 'char'; accepts: Accepts; next: number }
  | { kind: 'split'; next: number; other: number }
  | { kind: 'start' | 'end' | 'word' | 'notWord'; next: number }
  | { kind: 'found' };

type Part =
  | { kind: 'char'; accepts: Accepts }
  | { kind: 'start' | 'end' | 'word' | 'notWord' }
  | { kind: 'all' | 'any'; parts: Part[] }
  | { kind: 'repeat'; part: Part; least: number; most: number };

const mostStates = 5000;
const mostRepeats = 1000;

/** Compiles a pattern; throws an Error that says what is wrong with it. */
export function linearRegex(pattern: string, ignoreCase: boolean): LinearRegex {
  const reader = { pattern, at: 0, ignoreCase };
  const part = readChoice(reader);
  if (reader.at < pattern.length) {
    throw new Error('Unmatched “)”');
  }
  const states: State[] = [{ kind: 'found' }];
  const first = build(states, part, 0);
  return { test: (text) => run(states, first, text) };
}

interface Reader {
  readonly pattern: string;
  readonly ignoreCase: boolean;
  at: number;
}

function readChoice(reader: Reader): Part {
  const parts = [readSequence(reader)];
  while (reader.pattern[reader.at] === '|') {
    reader.at++;
    parts.push(readSequence(reader));
  }
  return parts.length === 1 ? parts[0] : { kind: 'any', parts };
}

function readSequence(reader: Reader): Part {
  const parts: Part[] = [];
  while (reader.at < reader.pattern.length && !'|)'.includes(reader.pattern[reader.at])) {
    parts.push(readRepeat(reader, readAtom(reader)));
  }
  return { kind: 'all', parts };
}

function readRepeat(reader: Reader, part: Part): Part {
  const rest = reader.pattern.slice(reader.at);
  const counts = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(rest);
  if (!counts) {
    return part;
  }
  reader.at += counts[0].length;
  const [, sign, least, comma, most] = counts;
  const range = sign ? signs[sign] : [Number(least), comma ? (most ? Number(most) : Infinity) : Number(least)];
  if (range[0] > mostRepeats || (range[1] > mostRepeats && range[1] < Infinity) || range[0] > range[1]) {
    throw new Error(`“${counts[0]}” can't be repeated that often`);
  }
  return { kind: 'repeat', part, least: range[0], most: range[1] };
}

const signs: Record<string, [number, number]> = { '*': [0, Infinity], '+': [1, Infinity], '?': [0, 1] };

function readAtom(reader: Reader): Part {
  const sign = reader.pattern[reader.at++];
  switch (sign) {
    case '(':
      return readGroup(reader);
    case '[':
      return { kind: 'char', accepts: readClass(reader) };
    case '.':
      return { kind: 'char', accepts: (code) => code !== 10 && code !== 13 };
    case '^':
      return { kind: 'start' };
    case '$':
      return { kind: 'end' };
    case '\\':
      return readEscape(reader);
    case '*':
    case '+':
    case '?':
      throw new Error(`Nothing to repeat before “${sign}”`);
    default:
      return literal(sign, reader.ignoreCase);
  }
}

function readGroup(reader: Reader): Part {
  const opening = /^\?(:|<[A-Za-z]\w*>)?/.exec(reader.pattern.slice(reader.at));
  if (opening && opening[1] === undefined) {
    throw new Error('Look-around “(?…)” is not supported');
  }
  reader.at += opening?.[0].length ?? 0;
  const part = readChoice(reader);
  if (reader.pattern[reader.at++] !== ')') {
    throw new Error('Unterminated group “(”');
  }
  return part;
}

function readEscape(reader: Reader): Part {
  const sign = reader.pattern[reader.at];
  if (sign === 'b' || sign === 'B') {
    reader.at++;
    return { kind: sign === 'b' ? 'word' : 'notWord' };
  }
  return { kind: 'char', accepts: escaped(reader) };
}

/** The characters an escape stands for, in and out of classes. */
function escaped(reader: Reader): Accepts {
  const sign = reader.pattern[reader.at++];
  if (sign === undefined) {
    throw new Error('“\\” at the end of the pattern');
  }
  if (/[1-9kpP]/.test(sign)) {
    throw new Error(`“\\${sign}” is not supported`);
  }
  const known = escapes[sign];
  return known ?? same(codeOf(reader, sign), reader.ignoreCase);
}

function codeOf(reader: Reader, sign: string): number {
  const digits = { x: 2, u: 4 }[sign];
  const hex = digits ? reader.pattern.slice(reader.at, reader.at + digits) : '';
  if (digits && hex.length === digits && /^[\da-f]+$/i.test(hex)) {
    reader.at += digits;
    return parseInt(hex, 16);
  }
  return (controls[sign] ?? sign).charCodeAt(0);
}

const controls: Record<string, string | undefined> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v', 0: '\0' };
const isDigit: Accepts = (code) => code >= 48 && code <= 57;
const isWord: Accepts = (code) =>
  isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
const isSpace: Accepts = (code) => /\s/.test(String.fromCharCode(code));
const not =
  (accepts: Accepts): Accepts =>
  (code) =>
    !accepts(code);
const escapes: Record<string, Accepts | undefined> = {
  d: isDigit,
  D: not(isDigit),
  w: isWord,
  W: not(isWord),
  s: isSpace,
  S: not(isSpace),
};

function bothCases(code: number): number[] {
  const text = String.fromCharCode(code);
  return [code, text.toLowerCase().charCodeAt(0), text.toUpperCase().charCodeAt(0)];
}

function same(code: number, ignoreCase: boolean): Accepts {
  const [, lower, upper] = ignoreCase ? bothCases(code) : [code, code, code];
  return (other) => other === code || other === lower || other === upper;
}

const literal = (sign: string, ignoreCase: boolean): Part => ({
  kind: 'char',
  accepts: same(sign.charCodeAt(0), ignoreCase),
});

function readClass(reader: Reader): Accepts {
  const negated = reader.pattern[reader.at] === '^';
  reader.at += negated ? 1 : 0;
  const parts: Accepts[] = [];
  while (reader.pattern[reader.at] !== ']') {
    if (reader.at >= reader.pattern.length) {
      throw new Error('Unterminated class “[”');
    }
    parts.push(readClassPart(reader));
  }
  reader.at++;
  const accepts: Accepts = (code) => parts.some((part) => part(code));
  return negated ? not(accepts) : accepts;
}

function readClassPart(reader: Reader): Accepts {
  const from = readClassCode(reader);
  if (typeof from !== 'number') {
    return from;
  }
  const dash = reader.pattern[reader.at] === '-' && ![']', undefined].includes(reader.pattern[reader.at + 1]);
  if (!dash) {
    return same(from, reader.ignoreCase);
  }
  reader.at++;
  const to = readClassCode(reader);
  if (typeof to !== 'number') {
    return (code) => code === from || code === 45 || to(code);
  }
  if (to < from) {
    throw new Error('Range out of order in class');
  }
  const inside: Accepts = (code) => code >= from && code <= to;
  return reader.ignoreCase ? (code) => bothCases(code).some(inside) : inside;
}

/** One character of a class, or what an escape such as \d stands for. */
function readClassCode(reader: Reader): number | Accepts {
  const sign = reader.pattern[reader.at++];
  if (sign !== '\\') {
    return sign.charCodeAt(0);
  }
  const letter = reader.pattern[reader.at];
  if (letter === 'b') {
    reader.at++;
    return 8;
  }
  if (letter !== undefined && escapes[letter] === undefined && !/[1-9kpP]/.test(letter)) {
    reader.at++;
    return codeOf(reader, letter);
  }
  return escaped(reader);
}

/** Adds the states of a part that goes on with state `next`; gives its first state. */
function build(states: State[], part: Part, next: number): number {
  switch (part.kind) {
    case 'char':
      return add(states, { kind: 'char', accepts: part.accepts, next });
    case 'all':
      return part.parts.reduceRight((after, one) => build(states, one, after), next);
    case 'any':
      return part.parts
        .map((one) => build(states, one, next))
        .reduceRight((other, one) => add(states, { kind: 'split', next: one, other }));
    case 'repeat':
      return buildRepeat(states, part, next);
    default:
      return add(states, { kind: part.kind, next });
  }
}

function add(states: State[], state: State): number {
  if (states.length >= mostStates) {
    throw new Error('The pattern is too large');
  }
  return states.push(state) - 1;
}

function buildRepeat(states: State[], { part, least, most }: Extract<Part, { kind: 'repeat' }>, next: number): number {
  let first = next;
  if (most === Infinity) {
    const loop = add(states, { kind: 'split', next: 0, other: next });
    states[loop] = { kind: 'split', next: build(states, part, loop), other: next };
    first = loop;
  } else {
    for (let i = least; i < most; i++) {
      first = add(states, { kind: 'split', next: build(states, part, first), other: next });
    }
  }
  for (let i = 0; i < least; i++) {
    first = build(states, part, first);
  }
  return first;
}

/** True if the pattern matches anywhere: every position starts a match, all of them move on together. */
function run(states: readonly State[], first: number, text: string): boolean {
  const mark = new Int32Array(states.length).fill(-1); // position at which a state was entered last
  let current: number[] = [];
  for (let at = 0; at <= text.length; at++) {
    if (enter(states, first, text, at, mark, current)) {
      return true;
    }
    const following: number[] = [];
    const code = text.charCodeAt(at);
    for (const index of current) {
      const state = states[index];
      if (at < text.length && state.kind === 'char' && state.accepts(code)) {
        if (enter(states, state.next, text, at + 1, mark, following)) {
          return true;
        }
      }
    }
    current = following;
  }
  return false;
}

/** Enters a state and all that follow it without a character; true when the match is complete. */
function enter(
  states: readonly State[],
  first: number,
  text: string,
  at: number,
  mark: Int32Array,
  into: number[]
): boolean {
  const open = [first];
  while (open.length > 0) {
    const index = open.pop() ?? 0;
    if (mark[index] === at) {
      continue;
    }
    mark[index] = at;
    const state = states[index];
    if (state.kind === 'found') {
      return true;
    }
    if (state.kind === 'char') {
      into.push(index);
    } else if (state.kind === 'split') {
      open.push(state.other, state.next);
    } else if (holds(state.kind, text, at)) {
      open.push(state.next);
    }
  }
  return false;
}

function holds(kind: 'start' | 'end' | 'word' | 'notWord', text: string, at: number): boolean {
  switch (kind) {
    case 'start':
      return at === 0;
    case 'end':
      return at === text.length;
    default: {
      const edge = wordAt(text, at - 1) !== wordAt(text, at);
      return edge === (kind === 'word');
    }
  }
}

const wordAt = (text: string, at: number) => at >= 0 && at < text.length && isWord(text.charCodeAt(at));
