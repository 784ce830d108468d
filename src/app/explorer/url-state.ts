/** A quick filter: profiles whose label has one of the values, or with `exclude` none of them. */
export interface QuickFilter {
  key: string;
  values: string[];
  exclude: boolean;
}

export interface Sort {
  by: string;
  descending: boolean;
}

/** Everything that makes a view of the explorer; all of it is in the URL. */
export interface ExplorerState {
  from: string;
  to: string;
  /** Text of the search box. */
  text: string;
  filters: QuickFilter[];
  /** Labels and `total <profile type>` columns beside the default ones. */
  columns: string[];
  /** Fields of the sidebar beside the default ones. */
  facets: string[];
  /** Label that the chart is grouped by. */
  by: string;
  sort: Sort;
  /** Span ids whose profiles are wanted. */
  spans: string[];
  /** Ids of the profiles that are ticked, to be compared or merged. */
  picks: string[];
  /** The search is edited as one text instead of chips. */
  asText: boolean;
  /** New uploads are counted while the list stands still. */
  live: boolean;
  /** Id of the profile in the slide-out. */
  open?: string;
}

export const defaultState: ExplorerState = {
  from: 'now-15m',
  to: 'now',
  text: '',
  filters: [],
  columns: [],
  facets: [],
  by: 'service',
  sort: { by: 'time', descending: true },
  spans: [],
  picks: [],
  asText: false,
  live: false,
};

/** `key|=|value|value`; a bar or backslash inside a piece gets a backslash. */
function writeFilter({ key, values, exclude }: QuickFilter): string {
  return [key, exclude ? '!=' : '=', ...values].map((piece) => piece.replace(/[\\|]/g, '\\$&')).join('|');
}

function splitPieces(text: string): string[] {
  const pieces = [''];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '|') {
      pieces.push('');
    } else {
      at += text[at] === '\\' ? 1 : 0;
      pieces[pieces.length - 1] += text[at] ?? '';
    }
  }
  return pieces;
}

function readFilter(text: string): QuickFilter[] {
  const [key, operator, ...values] = splitPieces(text);
  const known = operator === '=' || operator === '!=';
  return key !== '' && known && values.length > 0 ? [{ key, values, exclude: operator === '!=' }] : [];
}

/** `-duration` = largest first. */
function readSort(text: string | null): Sort {
  if (!text) {
    return defaultState.sort;
  }
  return text.startsWith('-') ? { by: text.slice(1), descending: true } : { by: text, descending: false };
}

/** Links from traces and alert rules carry plain `service=…`: a filter unless the view has one on it. */
function serviceFilter(params: URLSearchParams, filters: QuickFilter[]): QuickFilter[] {
  const values = params.getAll('service').filter((value) => value !== '' && value !== 'undefined');
  const taken = filters.some(({ key, exclude }) => key === 'service' && !exclude);
  return values.length > 0 && !taken ? [{ key: 'service', values, exclude: false }] : [];
}

/** Ids as links give them; `undefined` and unfilled variables mean that there was none. */
function readSpans(params: URLSearchParams): string[] {
  return params.getAll('span').filter((id) => /^[0-9a-f]+$/i.test(id));
}

export function readState(params: URLSearchParams): ExplorerState {
  const filters = params.getAll('f').flatMap(readFilter);
  return {
    from: params.get('from') || defaultState.from,
    to: params.get('to') || defaultState.to,
    text: params.get('q') ?? '',
    filters: [...filters, ...serviceFilter(params, filters)],
    columns: params.getAll('col'),
    facets: params.getAll('facet'),
    by: params.get('by') || defaultState.by,
    sort: readSort(params.get('sort')),
    spans: readSpans(params),
    picks: params.getAll('pick'),
    asText: params.get('edit') === 'text',
    live: params.get('live') === 'on',
    open: params.get('profile') || undefined,
  };
}

/** The state as search parameters; what is as by default is left out. */
export function writeState(state: ExplorerState): Record<string, string | string[] | null> {
  const { sort } = state;
  const sortText = `${sort.descending ? '-' : ''}${sort.by}`;
  return {
    from: state.from === defaultState.from ? null : state.from,
    to: state.to === defaultState.to ? null : state.to,
    q: state.text || null,
    f: state.filters.map(writeFilter),
    service: null,
    col: state.columns,
    facet: state.facets,
    by: state.by === defaultState.by ? null : state.by,
    sort: sortText === '-time' ? null : sortText,
    span: state.spans,
    pick: state.picks,
    edit: state.asText ? 'text' : null,
    live: state.live ? 'on' : null,
    profile: state.open ?? null,
  };
}
