import {
  everyProfile,
  FilterSyntaxError,
  parseQuantity,
  type CompareOperator,
  type ProfileFilter,
  type Term,
  type WildPart,
  type WildText,
} from './profile-filter';

/**
 * The explorer's search grammar:
 *
 *     or    = and { "OR" and }
 *     and   = not { ["AND"] not }
 *     not   = ( "NOT" | "-" ) not | term
 *     term  = "(" or ")" | [ key ":" ] value
 *     value = word | "quoted phrase" | "*" | ( ">" | ">=" | "<" | "<=" ) number | "[" number " - " number "]" | "(" or of values ")"
 *
 * Backslash makes any character literal, quotes everything in them. Wildcards `?` and `*` work outside quotes, not at the start.
 */
export function parseFilter(source: string): ProfileFilter {
  const parser = new FilterParser(source);
  return parser.parse();
}

type Compound = Extract<ProfileFilter, { kind: 'and' | 'or' }>;

/** Words that are operators when they stand alone. */
const operatorWords = new Set(['AND', 'OR', 'NOT']);
const maxDepth = 100;
/** More make statements that engines refuse. */
const maxTerms = 200;

class FilterParser {
  private at = 0;
  private depth = 0;
  private terms = 0;

  constructor(private readonly source: string) {}

  parse(): ProfileFilter {
    this.skipSpace();
    if (this.atEnd()) {
      return everyProfile;
    }
    const filter = this.or(undefined);
    if (!this.atEnd()) {
      throw this.error('this bracket closes nothing');
    }
    return filter;
  }

  /** `key`: inside `key:( … )` words are values of that key. */
  private or(key: string | undefined): ProfileFilter {
    if (++this.depth > maxDepth) {
      throw this.error('too many nested brackets or negations');
    }
    const terms = [this.and(key)];
    while (this.takeWord('OR')) {
      terms.push(this.and(key));
    }
    this.depth--;
    return terms.length === 1 ? terms[0] : { kind: 'or', terms };
  }

  private and(key: string | undefined): ProfileFilter {
    const terms = [this.not(key)];
    while (this.takeWord('AND') || (!this.atEnd() && this.peek() !== ')' && !this.seesWord('OR'))) {
      terms.push(this.not(key));
    }
    return terms.length === 1 ? terms[0] : { kind: 'and', terms };
  }

  private not(key: string | undefined): ProfileFilter {
    if (this.takeWord('NOT') || this.takeMinus()) {
      if (++this.depth > maxDepth) {
        throw this.error('too many nested brackets or negations');
      }
      const term = this.not(key);
      this.depth--;
      return { kind: 'not', term };
    }
    return this.term(key);
  }

  private term(key: string | undefined): ProfileFilter {
    if (this.atEnd() || this.peek() === ')' || this.seesWord('AND') || this.seesWord('OR')) {
      throw this.error('a word is missing here');
    }
    if (++this.terms > maxTerms) {
      throw this.error(`a filter has at most ${maxTerms} words`);
    }
    if (this.peek() === '(') {
      return this.brackets(key);
    }
    if (key !== undefined) {
      return this.value(key);
    }
    const start = this.at;
    const word = this.word(true);
    if (this.peek() === ':') {
      this.at++;
      return this.keyed(word, start);
    }
    this.skipSpace();
    return { kind: 'text', text: this.checkWild(word, start) };
  }

  private brackets(key: string | undefined): ProfileFilter {
    const start = this.at++;
    this.skipSpace();
    const inner = this.or(key);
    if (this.peek() !== ')') {
      throw new FilterSyntaxError('this bracket is never closed', start);
    }
    this.at++;
    this.skipSpace();
    return inner;
  }

  private keyed(word: WildText, start: number): ProfileFilter {
    if (word.length !== 1 || !('text' in word[0])) {
      throw new FilterSyntaxError('a key has no wildcards and is not empty', start);
    }
    const key = word[0].text;
    return this.peek() === '(' ? this.brackets(key) : this.value(key);
  }

  private value(key: string): ProfileFilter {
    const first = this.peek();
    if (first === '[') {
      return this.range(key);
    }
    if (first === '>' || first === '<') {
      return this.compare(key);
    }
    const start = this.at;
    const quoted = first === '"';
    const word = this.word(false);
    if (word.length === 0 && !quoted) {
      throw new FilterSyntaxError(`a value is missing after "${key}:"`, start);
    }
    this.skipSpace();
    if (word.length === 1 && 'wild' in word[0] && word[0].wild === '*') {
      return { kind: 'exists', key };
    }
    const wild = word.some((part) => 'wild' in part);
    return wild
      ? { kind: 'like', key, pattern: this.checkWild(word, start) }
      : { kind: 'equals', key, value: plain(word) };
  }

  private compare(key: string): ProfileFilter {
    const operator = /^[<>]=?/.exec(this.source.slice(this.at))?.[0] as CompareOperator;
    this.at += operator.length;
    this.skipSpace();
    const start = this.at;
    return { kind: 'compare', key, operator, value: this.checkNumber(plain(this.word(false)), start, true) };
  }

  private range(key: string): ProfileFilter {
    const start = this.at;
    const match = /^\[\s*([^\s\]]+)\s+-\s+([^\s\]]+)\s*\]/.exec(this.source.slice(this.at));
    if (match === null) {
      throw new FilterSyntaxError('a range is written [1 - 100]', start);
    }
    this.at += match[0].length;
    this.skipSpace();
    const [low, high] = [match[1], match[2]].map((text) => this.checkNumber(text, start, false));
    return { kind: 'range', key, low, high };
  }

  private checkNumber(text: string, start: number, skip: boolean): string {
    if (parseQuantity(text) === undefined) {
      throw new FilterSyntaxError(`"${text}" is no number`, start);
    }
    if (skip) {
      this.skipSpace();
    }
    return text;
  }

  private checkWild(word: WildText, start: number): WildText {
    if (word.length === 0) {
      throw new FilterSyntaxError('an empty phrase finds nothing', start);
    }
    const first = word[0];
    if ('wild' in first && first.wild === '*') {
      throw new FilterSyntaxError('a word may not start with *', start);
    }
    return word;
  }

  /** A word or quoted phrase. `isKey`: stop at a colon outside quotes. */
  private word(isKey: boolean): WildText {
    if (this.peek() === '"') {
      return literal(this.phrase());
    }
    const parts: WildPart[] = [];
    let text = '';
    const flush = () => {
      if (text !== '') {
        parts.push({ text });
      }
      text = '';
    };
    while (!this.atEnd() && !/[\s()"]/.test(this.peek()) && !(isKey && this.peek() === ':')) {
      const char = this.source[this.at++];
      if (char === '\\') {
        text += this.escaped();
      } else if (char === '*' || char === '?') {
        flush();
        parts.push({ wild: char });
      } else {
        text += char;
      }
    }
    flush();
    return parts;
  }

  private phrase(): string {
    const start = this.at++;
    let text = '';
    while (this.peek() !== '"') {
      if (this.atEnd()) {
        throw new FilterSyntaxError('this quote is never closed', start);
      }
      const char = this.source[this.at++];
      text += char === '\\' ? this.escaped() : char;
    }
    this.at++;
    return text;
  }

  private escaped(): string {
    if (this.atEnd()) {
      throw this.error('a backslash needs a character after it');
    }
    return this.source[this.at++];
  }

  private takeMinus(): boolean {
    const next = this.source[this.at + 1];
    if (this.peek() !== '-' || next === undefined || /\s/.test(next)) {
      return false;
    }
    this.at++;
    return true;
  }

  private seesWord(word: string): boolean {
    const after = this.source[this.at + word.length];
    return this.source.startsWith(word, this.at) && (after === undefined || /[\s()]/.test(after));
  }

  private takeWord(word: string): boolean {
    if (!this.seesWord(word)) {
      return false;
    }
    this.at += word.length;
    this.skipSpace();
    return true;
  }

  private peek(): string {
    return this.source[this.at] ?? '';
  }

  private atEnd(): boolean {
    return this.at >= this.source.length;
  }

  private skipSpace(): void {
    while (/\s/.test(this.peek())) {
      this.at++;
    }
  }

  private error(message: string): FilterSyntaxError {
    return new FilterSyntaxError(message, this.at);
  }
}

function literal(text: string): WildText {
  return text === '' ? [] : [{ text }];
}

function plain(word: WildText): string {
  return word.map((part) => ('text' in part ? part.text : part.wild)).join('');
}

/** Writes a filter so that `parseFilter` reads the same again. Regular expressions have no form here and throw. */
export function printFilter(filter: ProfileFilter): string {
  if (isCompound(filter)) {
    return filter.terms.map((term) => printOperand(term)).join(filter.kind === 'or' ? ' OR ' : ' ');
  }
  if (filter.kind === 'not') {
    const { term } = filter;
    return term.kind === 'not'
      ? `NOT ${printFilter(term)}`
      : isCompound(term)
        ? `NOT (${printFilter(term)})`
        : `-${printFilter(term)}`;
  }
  if (filter.kind === 'text') {
    return printWild(filter.text);
  }
  return `${printText(filter.key)}:${printValue(filter)}`;
}

function printOperand(term: ProfileFilter): string {
  return isCompound(term) ? `(${printFilter(term)})` : printFilter(term);
}

function isCompound(filter: ProfileFilter): filter is Compound {
  return filter.kind === 'and' || filter.kind === 'or';
}

function printValue(term: Exclude<Term, { kind: 'text' }>): string {
  switch (term.kind) {
    case 'exists':
      return '*';
    case 'equals':
      return printText(term.value);
    case 'like':
      return printWild(term.pattern);
    case 'compare':
      return `${term.operator}${printText(term.value)}`;
    case 'range':
      return `[${term.low} - ${term.high}]`;
    case 'regex':
      throw new Error('a regular expression can only be written in a selector');
  }
}

function printWild(word: WildText): string {
  return word.some((part) => 'wild' in part)
    ? word.map((part) => ('wild' in part ? part.wild : escapeText(part.text))).join('')
    : printText(plain(word));
}

function printText(text: string): string {
  return /^[\p{L}\p{N}_./@-]+$/u.test(text) && !text.startsWith('-') && !operatorWords.has(text)
    ? text
    : `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function escapeText(text: string): string {
  return text.replace(/[\s"\\()[\]{}!*?:<>-]/g, '\\$&');
}
