import type { AdhocFilter, Dimension, StackFilter } from '../../src/api/query';
import {
  absentNames,
  contextDimensions,
  dimensionNames,
  type ContextDimension,
  type StackDimension,
} from '../../src/model/dimensions';
import { allOf, everyProfile, FilterSyntaxError, type ProfileFilter } from '../../src/model/profile-filter';
import {
  canonicalLabel,
  isUnresolvedVariable,
  matchesEverything,
  parseSelector,
  selectorFilter,
  type LabelMatcher,
} from '../../src/model/selector';
import { parseSpanId } from '../../src/model/span-id';
import { HotspanError } from '../errors';
import { info, warning, type Notice } from './notices';
import type { ParsedQuery } from './request';
import { searchFilter } from './search-filter';
import type { ContextFilter } from './sql/samples';
import type { SpanMatch } from './sql/upload-scope';

/** What a query restricts, in the terms of the store. */
export interface Restrictions {
  readonly filter: ProfileFilter;
  /** Matchers of the selector, for what wants to know a label's value (rows of alerts without data). */
  readonly matchers: readonly LabelMatcher[];
  readonly profileIds?: readonly string[];
  readonly spans?: SpanMatch;
  /** Whole uploads of the spans, not only their samples (`spanScope: time`). */
  readonly wholeUploads: boolean;
  readonly stackFilters: readonly NamedStackFilter[];
  readonly contextFilters: readonly ContextFilter[];
  readonly notices: readonly Notice[];
}

/** A filter on frames; regular expressions are looked up by `resolve-stack-filters.ts`. */
export interface NamedStackFilter {
  readonly dimension: StackDimension;
  readonly match: StackFilter['match'];
  readonly values: readonly string[];
  readonly exclude: boolean;
}

/** Reads selector, filter, ids and stack filters of a query, and drops what no one filled in. */
export function restrictionsOf(query: ParsedQuery): Restrictions {
  const notices: Notice[] = [];
  const matchers = filledMatchers(matchersOf(filledSelector(query, notices)), notices);
  const labelMatchers = matchers.filter((matcher) => !isSpanMatcher(matcher));
  const filled = filledAdhoc(query.adhocFilters ?? [], notices);
  const adhoc = filled.filter(({ key }) => !spanLabels.has(key));
  const adhocSpans = filled.filter(({ key }) => spanLabels.has(key)).map(adhocSpanMatcher);
  const spanMatchers = [...matchers.filter(isSpanMatcher), ...adhocSpans];
  const adhocLabels = adhoc.filter((filter) => !isDimension(filter.key)).map(adhocLabelFilter);
  const stackFilters = [
    ...(query.stackFilter ?? []),
    ...adhoc.filter(({ key }) => isDimension(key)).map(adhocStackFilter),
  ];
  const usable = stackFilters
    .map((filter) => filledStackFilter(filter, notices))
    .filter(({ values }) => values.length > 0);
  return {
    filter: allOf([selectorFilter(labelMatchers), searchOf(query.filter, notices), ...adhocLabels]),
    matchers: labelMatchers,
    profileIds: profileIdsOf(query.profileId, notices),
    ...spansOf(query, spanMatchers, notices),
    stackFilters: usable.filter(isFrameFilter).map((filter) => ({ ...filter, exclude: filter.exclude ?? false })),
    contextFilters: usable.filter((filter) => !isFrameFilter(filter)).map(contextFilter),
    notices,
  };
}

/** A selector that is one variable without a value is no selector. */
function filledSelector({ selector, labelSelector }: ParsedQuery, notices: Notice[]): string | undefined {
  const written = selector ?? labelSelector;
  const isVariable = /^(?:\$\w+|\$\{[^}]*\}|\[\[[^\]]+\]\])$/.test(written?.trim() ?? '');
  return written === undefined || (isVariable && !isFilled('the selector', written.trim(), notices))
    ? undefined
    : written;
}

/** A selector as text → matchers; errors carry our code. */
export function matchersOf(selector: string | undefined): LabelMatcher[] {
  return syntaxChecked('bad_selector', 'selector', () => parseSelector(selector ?? ''));
}

function syntaxChecked<T>(code: 'bad_selector' | 'bad_filter', field: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof FilterSyntaxError) {
      throw new HotspanError(code, `${field}: ${error.message}`);
    }
    throw error;
  }
}

/** Leaves out matchers whose value is a variable that no one filled in. */
export function filledMatchers(matchers: readonly LabelMatcher[], notices: Notice[]): LabelMatcher[] {
  return matchers.filter(({ label, value }) => isFilled(`label ${label}`, value, notices));
}

/** Whether a text is not a variable without a value; says so if it is. */
export function isFilled(where: string, value: string, notices: Notice[]): boolean {
  if (isUnresolvedVariable(value)) {
    notices.push(warning(`The variable ${value} has no value here, so ${where} is not filtered.`));
    return false;
  }
  return true;
}

function searchOf(search: string | undefined, notices: Notice[]): ProfileFilter {
  const parse = () => searchFilter(search ?? '', (value) => isFilled('the search', value, notices));
  return syntaxChecked('bad_filter', 'filter', parse);
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isProfileId(text: string): boolean {
  return uuid.test(text);
}

function profileIdsOf(profileId: string | undefined, notices: Notice[]): string[] | undefined {
  if (profileId === undefined || !isFilled('the profile', profileId, notices)) {
    return undefined;
  }
  if (!isProfileId(profileId)) {
    throw new HotspanError('bad_query', `profileId: "${profileId}" is no profile id`);
  }
  return [profileId];
}

// --- Spans -----------------------------------------------------------------------------------------------------------

const spanLabels = new Set(['span_id', 'root_span_id']);

function isSpanMatcher({ label }: LabelMatcher): boolean {
  return spanLabels.has(label);
}

function spansOf(
  query: ParsedQuery,
  matchers: readonly LabelMatcher[],
  notices: Notice[]
): { spans?: SpanMatch; wholeUploads: boolean } {
  const spans = [...(query.spanId ?? []), ...(query.spanSelector ?? []), ...matcherIds(matchers, 'span_id')];
  const roots = [...(query.rootSpanId ?? []), ...matcherIds(matchers, 'root_span_id')];
  const spanIds = readSpanIds('spanId', spans);
  const rootIds = readSpanIds('rootSpanId', roots);
  const none = [...spans, ...roots].map((text) => text.trim()).find(carriesNone);
  const scope = query.spanScope ?? (spanIds.length === 0 ? 'root' : 'span');
  const wholeUploads = scope === 'time';
  const kind = scope === 'root' ? 'root' : 'span';
  const ids = kind === 'root' || spanIds.length === 0 ? [...rootIds, ...spanIds] : spanIds;
  if (none !== undefined) {
    const shown = ids.length === 0 ? "this is the service's whole profile" : 'these are the other ids';
    notices.push(warning(`The link carried no span id (${JSON.stringify(none)}): ${shown}.`));
  }
  return ids.length === 0 ? { wholeUploads: false } : { spans: { kind, ids }, wholeUploads };
}

/** Ids of `span_id="…"` or, as correlations with several values write it, `span_id=~"a|b"`. */
function matcherIds(matchers: readonly LabelMatcher[], label: string): string[] {
  return matchers
    .filter((matcher) => matcher.label === label)
    .flatMap(({ operator, value }) => {
      if (operator.startsWith('!')) {
        throw new HotspanError('bad_selector', `${label}: only = and =~ with a list of ids are possible`);
      }
      return operator === '=~' ? value.replace(/^\((.*)\)$/, '$1').split('|') : [value];
    });
}

function readSpanIds(field: string, written: readonly string[]): bigint[] {
  const said = written.map((text) => text.trim()).filter((text) => text !== '' && text !== '$__all');
  return said
    .filter((text) => !carriesNone(text))
    .flatMap((text) => {
      const ids = parseSpanId(text);
      if (ids.length === 0) {
        throw new HotspanError('bad_query', `${field}: "${text}" is no span id (16 hex digits or a decimal number)`);
      }
      return ids;
    });
}

/** What links write that had no id to give. An empty variable of a dashboard is no link. */
function carriesNone(text: string): boolean {
  return ['undefined', 'null', '0', '0000000000000000'].includes(text) || isUnresolvedVariable(text);
}

// --- Stack filters ---------------------------------------------------------------------------------------------------

function isDimension(key: string): key is StackFilter['dimension'] {
  return Object.hasOwn(dimensionNames, key);
}

function isFrameFilter(filter: StackFilter): filter is StackFilter & { dimension: StackDimension } {
  return !contextDimensions.some((dimension) => dimension === filter.dimension);
}

/** Leaves out unresolved variables; a value that means All lifts the whole filter. */
function filledStackFilter(filter: StackFilter, notices: Notice[]): StackFilter {
  const values = filter.values.filter(
    (value) => value !== '' && isFilled(dimensionNames[filter.dimension], value, notices)
  );
  const all = values.some(
    (value) => value === '$__all' || (filter.match === 'regex' && (value === '.*' || value === '.+'))
  );
  return { ...filter, values: all && filter.exclude !== true ? [] : values };
}

/** A filter on something beside the stack. Absent values are written as they are shown. */
export function contextFilter(filter: StackFilter): ContextFilter {
  const dimension = filter.dimension as ContextDimension;
  const values = filter.values.map((value) => (value === absentNames[dimension] ? '' : value));
  if (dimension === 'span' && filter.match === 'regex') {
    throw new HotspanError('bad_query', 'stackFilter: spans are chosen by id, not by regular expression');
  }
  const spanIds = dimension === 'span' ? readSpanIds('stackFilter', values.filter(Boolean)) : [];
  return {
    dimension,
    match: filter.match === 'regex' ? 'regex' : 'any',
    values,
    spanIds,
    exclude: filter.exclude ?? false,
  };
}

/** Rows, labels and the like that were asked for by name, once each, without empty texts and variables; All = none in particular. */
export function filledNames(names: readonly string[] | undefined, where: string, notices: Notice[]): string[] {
  const filled = (names ?? []).filter((name) => name !== '' && isFilled(where, name, notices));
  return filled.includes('$__all') ? [] : [...new Set(filled)];
}

/** Labels to group by. Each is a column beside that of the dimension, whose name is taken. */
export function groupLabels(
  { groupBy }: ParsedQuery,
  dimension: Dimension | undefined,
  notices: Notice[]
): readonly string[] {
  const labels = [...new Set(filledNames(groupBy, 'groupBy', notices).map(canonicalLabel))];
  if (dimension !== undefined && labels.includes(dimension)) {
    throw new HotspanError('bad_query', `groupBy: ${dimension} is what the rows are already`);
  }
  return labels;
}

/** Only trees are cut to the time of a span. */
export function wholeUploadNotices({ wholeUploads }: Restrictions): Notice[] {
  const text = 'These are the whole uploads that the span ran in; flame graphs and code hotspots show its time alone.';
  return wholeUploads ? [info(text)] : [];
}

// --- Ad hoc filters --------------------------------------------------------------------------------------------------

function filledAdhoc(filters: readonly AdhocFilter[], notices: Notice[]): AdhocFilter[] {
  return filters
    .map((filter) => ({ ...filter, key: canonicalLabel(filter.key) }))
    .filter(
      ({ key, value, values }) => key !== '' && [value, ...(values ?? [])].every((one) => isFilled(key, one, notices))
    );
}

function adhocValues({ value, values }: AdhocFilter): string[] {
  return values !== undefined && values.length > 0 ? values : [value];
}

function adhocSpanMatcher(filter: AdhocFilter): LabelMatcher {
  const { key, operator } = filter;
  if (operator.startsWith('!')) {
    throw new HotspanError('bad_query', `adhocFilters: ${key} can be asked for, not left out`);
  }
  return { label: key, operator: '=~', value: operator === '=|' ? adhocValues(filter).join('|') : filter.value };
}

function adhocLabelFilter(filter: AdhocFilter): ProfileFilter {
  const { key, operator, value } = filter;
  if (operator === '=|' && adhocValues(filter).includes('$__all')) {
    return everyProfile;
  }
  if (operator === '=|' || operator === '!=|') {
    const some: ProfileFilter = {
      kind: 'or',
      terms: adhocValues(filter).map((one) => ({ kind: 'equals', key, value: one })),
    };
    return operator === '=|' ? some : { kind: 'not', term: some };
  }
  const matcher: LabelMatcher = { label: key, operator, value };
  return matchesEverything(matcher) ? everyProfile : selectorFilter([matcher]);
}

function adhocStackFilter(filter: AdhocFilter): StackFilter {
  const dimension = filter.key as StackFilter['dimension'];
  const regex = filter.operator === '=~' || filter.operator === '!~';
  const listed = filter.operator === '=|' || filter.operator === '!=|';
  return {
    dimension,
    match: regex ? 'regex' : 'any',
    values: listed ? adhocValues(filter) : [filter.value],
    exclude: filter.operator.startsWith('!'),
  };
}
