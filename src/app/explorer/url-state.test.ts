import fc from 'fast-check';
import { type ExplorerState, defaultState, readState, writeState } from './url-state';

/** As the browser keeps it: only the text of the address survives. */
function throughAddress(state: ExplorerState): ExplorerState {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(writeState(state))) {
    for (const item of value === null ? [] : [value].flat()) {
      params.append(key, item);
    }
  }
  return readState(new URLSearchParams(params.toString()));
}

// Unpaired halves of a surrogate pair can't stand in an address.
const text = fc.string({ unit: 'grapheme' });
const word = fc.string({ unit: 'grapheme', minLength: 1 });

const state: fc.Arbitrary<ExplorerState> = fc.record(
  {
    from: word,
    to: word,
    text,
    filters: fc.array(fc.record({ key: word, values: fc.array(text, { minLength: 1 }), exclude: fc.boolean() })),
    columns: fc.array(text),
    facets: fc.array(text),
    by: word,
    picks: fc.array(text),
    asText: fc.boolean(),
    live: fc.boolean(),
    sort: fc.record({ by: fc.stringMatching(/^[a-z][ -~]*$/), descending: fc.boolean() }),
    spans: fc.array(fc.stringMatching(/^[0-9a-f]{16}$/)),
    open: word,
  },
  {
    requiredKeys: [
      'from',
      'to',
      'text',
      'filters',
      'columns',
      'facets',
      'by',
      'sort',
      'spans',
      'picks',
      'asText',
      'live',
    ],
  }
);

describe('explorer state in the address', () => {
  it('comes back as it was', () => {
    fc.assert(fc.property(state, (given) => expect(throughAddress(given)).toEqual({ open: undefined, ...given })));
  });

  it('writes nothing for the default view', () => {
    const written = Object.values(writeState(defaultState))
      .flat()
      .filter((value) => value !== null);
    expect(written).toEqual([]);
  });

  it('takes service and span of a link from a trace', () => {
    const read = readState(new URLSearchParams('service=shop&service=cart&span=00f067aa0ba902b7&from=1&to=2'));
    expect(read.filters).toEqual([{ key: 'service', values: ['shop', 'cart'], exclude: false }]);
    expect(read.spans).toEqual(['00f067aa0ba902b7']);
    expect([read.from, read.to]).toEqual(['1', '2']);
  });

  it.each(['undefined', '', '${__span.spanId}', 'x y'])('takes the span id %p as none', (id) => {
    expect(readState(new URLSearchParams({ span: id })).spans).toEqual([]);
  });

  it.each(['f=', 'f=service', 'f=service|>|1', 'f=|=|x', 'sort=', 'profile='])(
    'falls back to the default for %s',
    (search) => {
      expect(readState(new URLSearchParams(search))).toEqual({ ...defaultState, open: undefined });
    }
  );
});
