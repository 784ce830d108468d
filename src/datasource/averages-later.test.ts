import { type DataQueryRequest, type DataQueryResponse, LoadingState, createDataFrame, dateTime } from '@grafana/data';
import { lastValueFrom, of, toArray } from 'rxjs';
import { averagesLater } from './averages-later';
import { type HotspanQuery } from './query';

const range = { from: dateTime(1000), to: dateTime(61_000), raw: { from: 'now-1m', to: 'now' } };
const time = { interval: '1s', intervalMs: 1000, range, scopedVars: {}, timezone: 'utc', startTime: 0 };
const ofSpan: HotspanQuery = { refId: 'A', queryType: 'hotspots', spanId: ['b7ad6b7169203331'] };

/** What is asked, and the answers as they come, where every span has this endpoint. */
async function run(targets: HotspanQuery[], endpoint = 'GET /') {
  const asked: Array<boolean | undefined> = [];
  const request: DataQueryRequest<HotspanQuery> = { app: 'panel', requestId: 'r', ...time, targets };
  const answers = averagesLater(request, (part) => {
    asked.push(part.targets[0].average);
    const custom = { endpoint, ...(part.targets[0].average !== false && { average: { requests: 3 } }) };
    return of<DataQueryResponse>({ data: [createDataFrame({ refId: 'A', fields: [], meta: { custom } })] });
  });
  const given = await lastValueFrom(answers.pipe(toArray()));
  return { asked, given: given.map(({ state, data }) => [state, 'average' in data[0].meta.custom]) };
}

it('gives the methods of a span while the average is still being read', async () => {
  expect(await run([ofSpan])).toEqual({
    asked: [false, undefined],
    given: [
      [LoadingState.Streaming, false],
      [undefined, true],
    ],
  });
});

it('leaves the methods where the average fails, and says so', async () => {
  const request: DataQueryRequest<HotspanQuery> = { app: 'panel', requestId: 'r', ...time, targets: [ofSpan] };
  const methods = createDataFrame({ refId: 'A', fields: [], meta: { custom: { endpoint: 'GET /' } } });
  const answers = averagesLater(request, ({ targets }) =>
    of<DataQueryResponse>(
      targets[0].average === false
        ? { data: [methods], state: LoadingState.Done }
        : { data: [], errors: [{ message: 'It took too long.' }], state: LoadingState.Error }
    )
  );
  const { data, state, errors } = await lastValueFrom(answers);
  expect([state, errors]).toEqual([LoadingState.Done, undefined]);
  expect(data[0].meta.notices).toEqual([
    { severity: 'warning', text: 'The average could not be read: It took too long.' },
  ]);
});

it('knows the span of a root, too', async () => {
  const ofRoot: HotspanQuery = { refId: 'A', queryType: 'hotspots', spanId: [], rootSpanId: ['b7ad6b7169203331'] };
  expect((await run([ofRoot])).asked).toEqual([false, undefined]);
});

it('asks once where a span has no endpoint', async () => {
  expect(await run([ofSpan], '')).toEqual({ asked: [false], given: [[undefined, false]] });
});

it.each<[string, HotspanQuery[]]>([
  ['of a selection', [{ refId: 'A', queryType: 'hotspots' }]],
  ['beside others', [{ refId: 'A', queryType: 'profile' }, ofSpan]],
  ['that says it itself', [{ ...ofSpan, average: true }]],
])('asks a query %s once', async (_what, targets) => {
  expect((await run(targets)).asked).toEqual([targets[0].average]);
});
