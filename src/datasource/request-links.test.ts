import { createDataFrame } from '@grafana/data';
import { withRequestLinks } from './request-links';

const frame = createDataFrame({
  name: 'requests',
  fields: [
    { name: 'endpoint', values: ['GET /'] },
    { name: 'spanId', values: ['00f067aa0ba902b7'], config: { links: [{ title: 'Own', url: '/x' }] } },
    { name: 'traceId', values: [''] },
  ],
});
const linksOf = (traces?: { uid: string; name: string; type: string }) => {
  const { data } = withRequestLinks({ data: [frame] }, 'hs', traces);
  return Object.fromEntries(data[0].fields.map(({ name, config }: (typeof frame.fields)[0]) => [name, config.links]));
};

it('links requests to their hotspots, beside the links that are there', () => {
  const { spanId, traceId } = linksOf();
  expect(spanId?.map(({ title }: { title: string }) => title)).toEqual(['Own', 'Code hotspots of this request']);
  expect(spanId?.[1].url).toBe(
    '/a/hotspan-profiling-app/trace?ds=hs&span=${__value.raw}&trace=${__data.fields.traceId}&service=${__data.fields.service}&${__url_time_range}'
  );
  expect(traceId).toBeUndefined();
});

it('links to the trace by its id, else by a search for the span where the datasource can', () => {
  const tempo = linksOf({ uid: 't', name: 'Tempo', type: 'tempo' });
  expect(tempo.traceId?.[0].internal).toEqual({
    datasourceUid: 't',
    datasourceName: 'Tempo',
    query: { refId: 'A', query: '${__value.raw}', queryType: 'traceql' },
  });
  expect(tempo.spanId?.[2].internal?.query).toMatchObject({ query: '{ span:id = "${__value.raw}" }' });
  const jaeger = linksOf({ uid: 'j', name: 'Jaeger', type: 'jaeger' });
  expect(jaeger.traceId?.[0].internal?.query).toEqual({ refId: 'A', query: '${__value.raw}' });
  expect(jaeger.spanId).toHaveLength(2);
});

it('leaves other frames and the values alone', () => {
  const other = createDataFrame({ name: 'dimension', fields: [{ name: 'spanId', values: [] }] });
  const { data } = withRequestLinks({ data: [other, frame] }, 'hs', undefined);
  expect(data[0]).toBe(other);
  expect(data[1].fields[1].values).toBe(frame.fields[1].values);
});
