import { type ScopedVars } from '@grafana/data';
import { type CompareWith, type SpanScope, type StackFilter, spanScopes, dimensions } from '../api/query';
import { quoteFilterValue } from '../ui/filter-text';
import { type LabelMatcher } from '../model/selector';
import { escapeRegex, readSelector, writeSelector } from '../ui/selector';
import { type HotspanQuery } from './query';

/** The one method of Grafana's template service that is needed. */
export interface Templates {
  replace(text?: string, scopedVars?: ScopedVars, format?: string | Function): string;
}

interface Scope {
  templates: Templates;
  scopedVars: ScopedVars;
}

/** What a variable stands for just now. `pattern`: its values are names, not expressions (multi or All is possible). */
type Reading =
  | { kind: 'unresolved' }
  | { kind: 'all' }
  | { kind: 'values'; values: string[]; multi: boolean; isList: boolean };

const reference = /\$(\w+)|\[\[(\w+)(?::\w+)?\]\]|\$\{(\w+)(?:\.[^:}]+)?(?::[^}]+)?\}/;
const onlyReference = new RegExp(`^\\s*(?:${reference.source})\\s*$`);
const everyReference = new RegExp(reference.source, 'g');
const allValue = '$__all';

/** The name when `text` is one variable and nothing else. */
export function variableName(text: string): string | undefined {
  const match = onlyReference.exec(text);
  return match ? (match[1] ?? match[2] ?? match[3]) : undefined;
}

/**
 * Grafana has no call that tells a variable's values: a custom format sees them. All is recognised by the variable's
 * own URL form (`var-x=$__all`), because as a value it is the list of all options or the custom "all" text.
 */
function readVariable(text: string, name: string, { templates, scopedVars }: Scope): Reading {
  const url = templates.replace(`\${${name}:queryparam}`, scopedVars);
  if (/=(\$|%24)__all(&|$)/i.test(url)) {
    return { kind: 'all' };
  }
  let seen: unknown;
  let multi = false;
  const replaced = templates.replace(
    text,
    scopedVars,
    (value: unknown, variable?: { multi?: boolean; includeAll?: boolean }) => {
      seen = value;
      multi = Boolean(variable?.multi || variable?.includeAll);
      return '';
    }
  );
  if (seen === undefined && replaced === text) {
    return { kind: 'unresolved' };
  }
  const values = [seen ?? replaced].flat().map(String);
  if (values.includes(allValue)) {
    return { kind: 'all' };
  }
  return { kind: 'values', values: values.filter((value) => value !== ''), multi, isList: Array.isArray(seen) };
}

function read(text: string, scope: Scope): Reading | undefined {
  const name = variableName(text);
  return name === undefined ? undefined : readVariable(text, name, scope);
}

/** A list whose entries may be variables; a multi-value variable becomes several entries. undefined = no filter. */
function expandList(list: readonly string[] | undefined, scope: Scope, escape = false): string[] | undefined {
  const out: string[] = [];
  for (const text of list ?? []) {
    const reading = read(text, scope);
    if (reading?.kind === 'all') {
      return undefined;
    }
    if (reading?.kind === 'values') {
      out.push(...(escape && reading.multi ? reading.values.map(escapeRegex) : reading.values));
    } else {
      // Method names are full of dollars (`Foo$Bar.run`): inside a longer text only `${name}` is a variable.
      out.push(
        text.includes('${') ? scope.templates.replace(text, scope.scopedVars, escape ? 'regex' : undefined) : text
      );
    }
  }
  const present = out.filter((text) => text !== '');
  return present.length > 0 ? present : undefined;
}

function expandStackFilters(filters: StackFilter[] | undefined, scope: Scope): StackFilter[] | undefined {
  const expanded = (filters ?? []).flatMap((filter) => {
    const values = expandList(filter.values, scope, filter.match === 'regex');
    const dimension = expandDimension(filter.dimension, scope.templates, scope.scopedVars);
    return values && dimension ? [{ ...filter, dimension, values }] : [];
  });
  return expanded.length > 0 ? expanded : undefined;
}

const isRegex = ({ operator }: LabelMatcher) => operator === '=~' || operator === '!~';

function regexOf(values: string[]): string {
  const escaped = values.map(escapeRegex);
  return escaped.length === 1 ? escaped[0] : `(${escaped.join('|')})`;
}

/** Several values turn = into =~. */
function matchList(matcher: LabelMatcher, values: string[]): LabelMatcher {
  if (values.length === 1 && !isRegex(matcher)) {
    return { ...matcher, value: values[0] };
  }
  return { ...matcher, operator: matcher.operator.startsWith('!') ? '!~' : '=~', value: regexOf(values) };
}

/** Variables inside a longer value: All becomes `.*` in an expression. */
function replaceInside(matcher: LabelMatcher, { templates, scopedVars }: Scope): string {
  return matcher.value.replace(everyReference, (text) => {
    const reading = read(text, { templates, scopedVars });
    if (reading?.kind === 'all') {
      return isRegex(matcher) ? '.*' : '';
    }
    if (reading?.kind !== 'values') {
      return text;
    }
    return isRegex(matcher) && reading.multi ? regexOf(reading.values) : reading.values.join('|');
  });
}

function expandMatcher(matcher: LabelMatcher, scope: Scope): LabelMatcher[] {
  const reading = read(matcher.value, scope);
  if (reading === undefined || reading.kind === 'unresolved') {
    return [{ ...matcher, value: replaceInside(matcher, scope) }];
  }
  if (reading.kind === 'all' || reading.values.length === 0) {
    return [];
  }
  // A text box may hold an expression; values picked from a list are names.
  const isExpression = isRegex(matcher) && !reading.multi && !reading.isList;
  return [isExpression ? { ...matcher, value: reading.values[0] } : matchList(matcher, reading.values)];
}

/** Puts variables into a label selector. All or empty = that matcher falls away; unresolved ones stay for the store's notice. */
export function expandSelector(
  text: string | undefined,
  templates: Templates,
  scopedVars: ScopedVars
): string | undefined {
  if (!text?.includes('$') && !text?.includes('[[')) {
    return text;
  }
  const matchers = readSelector(text);
  if (!matchers) {
    return templates.replace(text, scopedVars, 'regex');
  }
  return writeSelector(matchers.flatMap((matcher) => expandMatcher(matcher, { templates, scopedVars })));
}

const filterCondition = new RegExp(`(-?)([^\\s:()"]+):(${reference.source})`, 'g');

/**
 * Puts variables into a text of the explorer's grammar. `key:$x` with All or nothing picked becomes a condition that
 * always holds, because taking it out could leave an AND without a side.
 */
function expandFilter(text: string | undefined, scope: Scope): string | undefined {
  const conditions = text?.replace(filterCondition, (whole, minus: string, key: string, variable: string) => {
    const reading = read(variable, scope);
    if (reading === undefined || reading.kind === 'unresolved') {
      return whole;
    }
    if (reading.kind === 'all' || reading.values.length === 0) {
      return `(${key}:* OR -${key}:*)`;
    }
    return `${minus}${key}:(${reading.values.map(quoteFilterValue).join(' OR ')})`;
  });
  return conditions && scope.templates.replace(conditions, scope.scopedVars);
}

/** One text; All or empty = undefined. */
function expandText(text: string | undefined, scope: Scope): string | undefined {
  const reading = text === undefined ? undefined : read(text, scope);
  if (reading?.kind === 'all') {
    return undefined;
  }
  const value =
    reading?.kind === 'values' ? reading.values[0] : text && scope.templates.replace(text, scope.scopedVars);
  return value === '' ? undefined : value;
}

function expandCompare(compare: CompareWith | undefined, scope: Scope): CompareWith | undefined {
  return (
    compare && {
      ...compare,
      selector: expandSelector(compare.selector, scope.templates, scope.scopedVars),
      profileId: expandText(compare.profileId, scope),
    }
  );
}

/** Leaves out what is undefined, so that the query stays as small as it was. */
function withoutUndefined<T extends object>(source: T): T {
  const copy = { ...source };
  for (const key of Object.keys(copy)) {
    if (Reflect.get(copy, key) === undefined) {
      Reflect.deleteProperty(copy, key);
    }
  }
  return copy;
}

/** A scope may be a variable; what names none is none. */
function expandScope(text: string | undefined, scope: Scope): SpanScope | undefined {
  const expanded = expandText(text, scope);
  return spanScopes.find((one) => one === expanded);
}

/** A dimension may be a variable; one that is not filled in, or names none, is left to the default. */
export function expandDimension(text: string | undefined, templates: Templates, scopedVars: ScopedVars) {
  const expanded = expandText(text, { templates, scopedVars });
  return dimensions.find((one) => one === expanded);
}

/** The query with all variables put in. */
export function expandQuery(query: HotspanQuery, templates: Templates, scopedVars: ScopedVars): HotspanQuery {
  const scope = { templates, scopedVars };
  return withoutUndefined({
    ...query,
    profileType: expandText(query.profileType, scope),
    profileTypeId: expandText(query.profileTypeId, scope),
    selector: expandSelector(query.selector, templates, scopedVars),
    labelSelector: expandSelector(query.labelSelector, templates, scopedVars),
    filter: expandFilter(query.filter, scope),
    profileId: expandText(query.profileId, scope),
    compareId: expandText(query.compareId, scope),
    spanId: expandList(query.spanId, scope),
    spanScope: expandScope(query.spanScope, scope),
    rootSpanId: expandList(query.rootSpanId, scope),
    spanSelector: expandList(query.spanSelector, scope),
    stackFilter: expandStackFilters(query.stackFilter, scope),
    dimension: expandDimension(query.dimension, templates, scopedVars),
    groupBy: expandList(query.groupBy, scope),
    rows: expandList(query.rows, scope),
    names: expandList(query.names, scope),
    columns: expandList(query.columns, scope),
    by: expandText(query.by, scope),
    compare: expandCompare(query.compare, scope),
  });
}
