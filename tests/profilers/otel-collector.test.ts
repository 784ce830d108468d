import { expectMethods, expectTypes, type Stopwatch } from './checks';
import { startCollector } from './collector';
import { pyroscopeJava } from './commands';
import { runLive } from './live';
import { describeWith } from './ready';

/** The agent sends no name with OTLP and the Collector adds none, so it is the store's default. */
const service = 'live-otel-collector';
const cpu: Stopwatch = { profileType: 'cpu-time', clock: 'cpuNs', intervalNs: 10e6, method: (name) => `Shop.${name}` };

describeWith('OpenTelemetry Collector', 'goCollector', ({ program }) => {
  describeWith('with profiles of Pyroscope for Java over gRPC', 'java', (tools) => {
    let log = () => '';
    const { live } = runLive(service, (url) => pyroscopeJava(tools, service, url, { PYROSCOPE_FORMAT: 'otlp' }), {
      flags: ['--default-service', service],
      between: async (store) => {
        const collector = await startCollector(program, store);
        log = collector.log;
        return collector;
      },
    });

    it('is listed', () => {
      expect(live().profiles.length).toBeGreaterThan(0);
      expect(live().profiles.every(({ status }) => status === 'ok')).toBe(true);
    });
    it('carries CPU time', () => expectTypes(live(), ['cpu-time']));
    it('gives methods the CPU time of their stopwatch', () => expectMethods(live(), cpu));
    it('does not make the Collector complain', () => {
      expect(
        log()
          .split('\n')
          .filter((line) => /\t(warn|error)\t|Exporting failed|Dropping/i.test(line))
      ).toEqual([]);
    });
  });
});
