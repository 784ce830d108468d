import { matchOperators } from '../../ui/selector';

/** What can be written at a place of a selector's text, and which part of the text it takes the place of. */
export interface CompletionPlace {
  readonly kind: 'label' | 'operator' | 'value';
  /** operator and value: of which label. */
  readonly label?: string;
  readonly from: number;
  readonly to: number;
  /** What is written there already. */
  readonly typed: string;
  /** value: the conditions before this one, whose uploads the values should occur in. */
  readonly before?: string;
}

const labelPattern = /^(?:"(?:[^"\\]|\\.)*"|[\p{L}\p{N}_.:/-]+)/u;
const operatorPattern = /^(?:=~|!~|!=|=)/;
const valuePattern = /^"(?:[^"\\]|\\.)*("|$)/;

/** The place of the cursor; undefined where nothing can be offered. */
export function completionPlace(text: string, cursor: number): CompletionPlace | undefined {
  let at = /^\s*\{?/.exec(text)?.[0].length ?? 0;
  const start = at;
  while (at <= cursor) {
    at += /^[\s,]*/.exec(text.slice(at))?.[0].length ?? 0;
    const matcherStart = at;
    const label = labelPattern.exec(text.slice(at))?.[0] ?? '';
    if (cursor <= at + label.length) {
      const from = Math.min(at, cursor);
      return { kind: 'label', from, to: at + label.length, typed: text.slice(from, cursor) };
    }
    at = skipSpace(text, at + label.length);
    const operator = operatorPattern.exec(text.slice(at))?.[0] ?? '';
    if (operator === '' || cursor < at + operator.length) {
      return label === ''
        ? undefined
        : { kind: 'operator', label, from: at, to: at + operator.length, typed: operator };
    }
    at = skipSpace(text, at + operator.length);
    const value = valuePattern.exec(text.slice(at));
    if (value === null || cursor < at + value[0].length || value[1] === '') {
      const before = text.slice(start, matcherStart).replace(/[\s,]+$/, '');
      const whole = value?.[0] ?? '';
      return {
        kind: 'value',
        label,
        from: at,
        to: at + whole.length,
        typed: text.slice(Math.min(at + 1, cursor), cursor),
        before: before === '' ? '' : `{${before}}`,
      };
    }
    at += value[0].length;
  }
  return undefined;
}

function skipSpace(text: string, at: number): number {
  return at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0);
}

/** The text with the choice written at the place, and where the cursor is then. */
export function complete(text: string, place: CompletionPlace, choice: string): { text: string; cursor: number } {
  const written =
    place.kind === 'label' ? printName(choice) : place.kind === 'operator' ? choice : JSON.stringify(choice);
  const cursor = place.from + written.length;
  return { text: text.slice(0, place.from) + written + text.slice(place.to), cursor };
}

function printName(name: string): string {
  return /^[\p{L}\p{N}_.:/-]+$/u.test(name) ? name : JSON.stringify(name);
}

export const operatorChoices: readonly string[] = matchOperators;
