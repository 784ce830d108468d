import path from 'node:path';
import { errorBarNs, type Stopwatch } from './checks';
import { testClient } from './client-tests';
import { workSeconds } from './live';
import { describeWith } from './ready';
import { runRecorded } from './recorded';

/** The symbols that google-pprof writes come with counts alone. */
const samples: Stopwatch = {
  profileType: 'cpu-samples',
  clock: 'cpuNs',
  intervalNs: 10e6,
  method: (name) => `shop::${name}(int)`,
  sharesOnly: true,
};
const flags = ['--label', 'language=cpp'];
const summary = /PROFILE: interrupts|Dumping heap profile|Starting tracking the heap/;

describeWith('gperftools', 'gperftools', ({ program, pprof }) => {
  const command = (dir: string) => ({
    command: program,
    args: [],
    env: { SHOP_SECONDS: String(workSeconds), CPUPROFILE: path.join(dir, 'shop.prof') },
  });

  describe('with symbols of google-pprof', () => {
    const { live } = runRecorded('live-gperftools', {
      command,
      convert: (dir) => ({ command: pprof, args: ['--raw', program, path.join(dir, 'shop.prof')], into: 'shop.raw' }),
      file: 'shop.raw',
      flags,
    });
    testClient(live, {
      labels: { language: 'cpp' },
      types: ['cpu-samples'],
      watches: [samples],
      harmless: summary,
    });
  });

  describe('as it is', () => {
    const { live } = runRecorded('live-gperftools-raw', { command, file: 'shop.prof', flags });

    it('shows addresses of the binary with their CPU time', async () => {
      const query = { queryType: 'dimension', profileType: 'cpu-time' } as const;
      const methods = await live().rows({ ...query, dimension: 'method' });
      expect(methods.map(({ name }) => name)).toContainEqual(
        expect.stringMatching(new RegExp(`^${path.basename(program)}\\+0x[0-9a-f]+$`))
      );
      const [spent] = live().program.spans.map((span) => span.methods);
      const timeNs = Object.values(spent).reduce((sum, { cpuNs }) => sum + cpuNs, 0);
      const libraries = await live().rows({ ...query, dimension: 'library' });
      const found = Number(libraries.find(({ name }) => name === path.basename(program))?.total);
      expect(Math.abs(found - timeNs)).toBeLessThanOrEqual(errorBarNs(timeNs, samples.intervalNs));
    });
  });

  describe('heap', () => {
    const { live } = runRecorded('live-gperftools-heap', {
      command: (dir) => ({
        command: program,
        args: [],
        env: { SHOP_SECONDS: '1', HEAPPROFILE: path.join(dir, 'heap'), HEAP_PROFILE_INUSE_INTERVAL: String(2 ** 25) },
      }),
      convert: (dir) => ({ command: 'cat', args: [path.join(dir, 'heap.0001.heap')], into: 'shop.heap' }),
      file: 'shop.heap',
      flags,
    });

    it('shows what is alive', async () => {
      const rows = await live().rows({
        queryType: 'dimension',
        profileType: 'heap-live-size',
        dimension: 'library',
      });
      const bytes = Number(rows.find(({ name }) => name === path.basename(program))?.total);
      // The first dump comes after 32 MiB of the 64 MiB that the program keeps.
      expect(bytes).toBeGreaterThanOrEqual(2 ** 25);
      expect(bytes).toBeLessThan(2 ** 25 + 2 ** 21);
    });
  });
});
