import { type Field, createDataFrame } from '@grafana/data';
import { withRequestLinks } from './request-links';

const frame = createDataFrame({
  name: 'requests',
  fields: [
    { name: 'endpoint', values: ['GET /', 'GET /a'] },
    {
      name: 'spanId',
      values: ['00f067aa0ba902b7', '00f067aa0ba902b8'],
      config: { links: [{ title: 'Own', url: '/x' }] },
    },
    { name: 'traceId', values: ['', '4bf92f3577b34da6a3ce929d0e0e4736'] },
  ],
});
const linked = (traces?: { uid: string; name: string; type: string }) => {
  const { data } = withRequestLinks({ data: [frame] }, 'hs', traces);
  const field = (name: string): Field => data[0].fields.find((one: Field) => one.name === name);
  return { span: field('spanId'), trace: field('traceId'), open: field('trace') };
};

it('has a column that opens the trace by its id, else by the span', () => {
  const { open, span, trace } = linked({ uid: 't', name: 'Tempo', type: 'tempo' });
  expect(open.values).toEqual(['00f067aa0ba902b7', '4bf92f3577b34da6a3ce929d0e0e4736']);
  expect(open.config.links?.[0].url).toBe(
    '/a/hotspan-profiling-app/trace?ds=hs&traces=t&trace=${__value.raw}&span=${__data.fields.spanId}&service=${__data.fields.service}&${__url_time_range}'
  );
  expect(span.config.links?.map(({ title }) => title)).toEqual(['Own']);
  expect(trace.config.links?.[0].internal).toEqual({
    datasourceUid: 't',
    datasourceName: 'Tempo',
    query: { refId: 'A', query: '${__value.raw}', queryType: 'traceql' },
  });
});

it('leads to the hotspots alone where no datasource of traces is known', () => {
  const { open, trace } = linked();
  expect(open.config.links?.[0].url).not.toContain('traces=');
  expect(open.config.mappings).toMatchObject([{ options: { result: { text: 'hotspots' } } }]);
  expect(trace.config.links).toBeUndefined();
});

it('leaves other frames and the values alone', () => {
  const other = createDataFrame({ name: 'dimension', fields: [{ name: 'spanId', values: [] }] });
  const { data } = withRequestLinks({ data: [other, frame] }, 'hs', undefined);
  expect(data[0]).toBe(other);
  expect(data[1].fields[1].values).toBe(frame.fields[1].values);
});
