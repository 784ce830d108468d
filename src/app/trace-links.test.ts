import { hotspotsLink, spanLink, traceLink } from './trace-links';

const searchOf = (path: string | undefined) => new URLSearchParams(path?.split('?')[1]);

describe('links in traces', () => {
  it('opens the explorer at the service and span of an attribute row', () => {
    const context = {
      attributes: { 'service.name': ['shop & co'] },
      spanID: '00f067aa0ba902b7',
      timeRange: { from: 1_700_000_000_000, to: 1_700_000_900_000 },
    };
    const path = spanLink.configure?.(context)?.path;
    expect(path).toMatch(/^\/a\/hotspan-profiling-app\/explore\?/);
    expect(Object.fromEntries(searchOf(path))).toEqual({
      service: 'shop & co',
      span: '00f067aa0ba902b7',
      from: '1700000000000',
      to: '1700000900000',
    });
  });

  it('finds the span in the tag of span profiles where Grafana does not tell its id', () => {
    const context = { attributes: { 'service.name': ['shop'] }, spanAttributes: { 'pyroscope.profile.id': ['0a1b'] } };
    expect(searchOf(spanLink.configure?.(context)?.path).get('span')).toBe('0a1b');
  });

  it('registers with a path, without which Grafana refuses a link', () => {
    expect([spanLink.path, traceLink.path, hotspotsLink.path]).toEqual(
      Array(3).fill('/a/hotspan-profiling-app/explore')
    );
  });

  it.each([
    ['no context', undefined],
    ['an empty one', {}],
    ['no values', { attributes: {}, spanID: '' }],
    ['an unfilled id', { attributes: { 'service.name': [] }, spanID: 'undefined' }],
  ])('shows no link for %s', (_, context) => {
    expect(spanLink.configure?.(context)).toBeUndefined();
    // Grafana hands every link the same kinds of holes.
    expect(traceLink.configure?.(context && { ...context, spans: [] })).toBeUndefined();
    expect(hotspotsLink.configure?.(context && { ...context, spans: [] })).toBeUndefined();
  });

  it('opens a trace beside its hotspots', () => {
    const spans = [{ traceID: 'abc1', startTime: 1_700_000_000_000_000, duration: 5_000_000 }];
    const path = hotspotsLink.configure?.({ spans, datasource: { uid: 'tempo' } } as object)?.path;
    expect(path).toMatch(/^\/a\/hotspan-profiling-app\/trace\?/);
    expect(Object.fromEntries(searchOf(path))).toMatchObject({ trace: 'abc1', traces: 'tempo' });
  });

  it('opens the services of a whole trace, ten minutes around it', () => {
    const context = {
      spans: [
        { startTime: 1_700_000_000_000_000, duration: 5_000_000 },
        { startTime: 1_700_000_001_000_000, duration: 9_000_000 },
      ],
      processes: { p1: { serviceName: 'shop' }, p2: { serviceName: 'cart' }, p3: { serviceName: 'shop' } },
    };
    const search = searchOf(traceLink.configure?.(context)?.path);
    expect(search.getAll('service')).toEqual(['shop', 'cart']);
    expect(Number(search.get('from'))).toBe(1_700_000_000_000 - 600_000);
    expect(Number(search.get('to'))).toBe(1_700_000_010_000 + 600_000);
  });
});
