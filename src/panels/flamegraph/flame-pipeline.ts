import { type FlamePlace, type FlameRules, hasRules } from '../../model/flame-place';
import { type FlameRows } from '../../model/flame-rows';
import { calleesOf, callersOf, foldChains, foldRows, invertRows, pruneRows } from '../../model/flame-views';
import { searchTexts } from '../../model/text-search';
import { packageOfRow } from './flame-data';

/** Rows above this number are thinned out before they are inverted: the light ones become “(small frames)”. */
const mostInverted = 200_000;

/** Rows with the user's rules applied. */
export function applyRules(rows: FlameRows, rules: FlameRules): FlameRows {
  if (!hasRules(rules)) {
    return rows;
  }
  const drop = rowsNamed(rows, rules.exclude);
  const named = rowsNamed(rows, rules.hide);
  const fold = rules.only === '' ? named : outsideOf(rows, rules.only, named);
  return fold || drop || rules.recursion ? foldRows(rows, { fold, drop, recursion: rules.recursion }) : rows;
}

/** 1 per row whose label is one of the names or fits one of the /patterns/. */
function rowsNamed(rows: FlameRows, names: readonly string[]): Uint8Array | undefined {
  if (names.length === 0) {
    return undefined;
  }
  const labels = new Uint8Array(rows.labels.length);
  for (const name of names) {
    const pattern = isPattern(name) ? searchTexts(rows.labels, name).mask : undefined;
    rows.labels.forEach((label, i) => (labels[i] |= label === name || pattern?.[i] === 1 ? 1 : 0));
  }
  return maskRows(rows, (row) => labels[rows.label[row]] === 1);
}

/** The search as a /pattern/ that finds the same labels; undefined where no pattern does (fuzzy matches). */
export function patternOfSearch(labels: readonly string[], search: string): string | undefined {
  const text = search.trim();
  const pattern = isPattern(text) ? text : patternOf(text);
  const found = searchTexts(labels, text);
  const same = searchTexts(labels, pattern);
  return found.count > 0 && found.mask.every((hit, i) => hit === same.mask[i]) ? pattern : undefined;
}

const patternOf = (text: string) => `/${text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}/`;

/** The search that finds a name, also one that looks like a pattern. */
export const searchOfName = (name: string) => (isPattern(name.trim()) ? patternOf(name) : name);

const isPattern = (text: string) => /^\/.+\/[iI]?$/s.test(text);

function outsideOf(rows: FlameRows, wanted: string, also: Uint8Array | undefined): Uint8Array {
  return maskRows(rows, (row) => also?.[row] === 1 || packageOfRow(rows, row) !== wanted);
}

function maskRows({ level }: FlameRows, wanted: (row: number) => boolean): Uint8Array {
  const mask = new Uint8Array(level.length);
  for (let row = 1; row < level.length; row++) {
    mask[row] = wanted(row) ? 1 : 0;
  }
  return mask;
}

export interface FlameSides {
  /** What is drawn from the root, or a method, down. */
  readonly main: FlameRows;
  /** Callers of the sandwich's method. */
  readonly callers?: FlameRows;
  /** The sandwich's method isn't in the profile. */
  readonly missing?: boolean;
}

/** The rows that a mode shows. */
export function sidesOf(
  rows: FlameRows,
  { mode, method }: Pick<FlamePlace, 'mode' | 'method'>,
  chains: boolean
): FlameSides {
  const folded = (view: FlameRows) => (chains ? foldChains(view) : view);
  if (mode === 'bottom') {
    return { main: folded(invertRows(pruneRows(rows, mostInverted))) };
  }
  if (mode === 'sandwich') {
    const label = rows.labels.indexOf(method);
    const main = calleesOf(rows, label);
    const callers = callersOf(rows, label);
    return main && callers ? { main: folded(main), callers: folded(callers) } : { main: rows, missing: true };
  }
  return { main: folded(rows) };
}
