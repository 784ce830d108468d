import { expectEndpointCounts } from './checks';
import { datadogGo, datadogNode, pyroscopeJava } from './commands';
import { startFailingProxy, type FailingProxy } from './failing-proxy';
import { runLive } from './live';
import type { Command } from './program';
import { describeWith } from './ready';

/** Clients that send an upload again after a 500: with the store holding it already, it stays one profile. */
function testRetry(service: string, profilePath: RegExp, commandFor: (url: string) => Command) {
  let proxy: FailingProxy | undefined;
  const { live } = runLive(service, commandFor, {
    between: async ({ url }) => (proxy = await startFailingProxy(url, profilePath)),
  });

  it('sends the upload again, and the store knows it', async () => {
    const text = await (await fetch(`${live().storeUrl}/metrics`)).text();
    const counted = (outcome: string) =>
      [...text.matchAll(/^hotspan_uploads_total\{(.*)\} (\d+)$/gm)]
        .filter(([, labels]) => labels.includes(`outcome="${outcome}"`))
        .reduce((sum, [, , count]) => sum + Number(count), 0);
    expect(counted('repeated')).toBeGreaterThanOrEqual(1);
    expect(counted('stored') + counted('repeated')).toBe(proxy?.uploads());
    expect(live().profiles).toHaveLength(counted('stored'));
  });
  return live;
}

describeWith('dd-trace-go after a 500', 'goDatadog', (tools) => {
  const service = 'retry-dd-go';
  const live = testRetry(service, /profiling/, (url) => datadogGo(tools, service, url));
  it('counts every request once', () => expectEndpointCounts(live()));
});

describeWith('dd-trace for Node after a 500', 'node', (tools) => {
  const service = 'retry-dd-node';
  const live = testRetry(service, /profiling/, (url) => datadogNode(tools, service, url));
  it('counts every request once', () => expectEndpointCounts(live()));
});

describeWith('Pyroscope for Java after a 500', 'java', (tools) => {
  const service = 'retry-pyroscope-java';
  testRetry(service, /ingest/, (url) => pyroscopeJava(tools, service, url, { PYROSCOPE_FORMAT: 'jfr' }));
});
