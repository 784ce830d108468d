import { hasJfrFacts, readerFixtures, readFixture, singleFiles } from '../../tests/oracle/readers';
import { plain, pprofCorpus } from '../../tests/oracle/uploads';
import { readerContract } from './reader.contract';
import { readers, sniffReader } from './readers';

const fixtures = readerFixtures();

describe.each(fixtures.map((fixture) => [`${fixture.expected.format}: ${fixture.name}`, fixture] as const))(
  '%s',
  (_, fixture) => readerContract(fixture)
);

describe('all fixtures', () => {
  it('hold a file of every format', () => {
    const counts = new Map(readers.map(({ format }) => [format, 0]));
    fixtures.forEach(({ expected: { format } }) => counts.set(format, (counts.get(format) ?? 0) + 1));
    const few = [...counts].filter(([format, count]) => count === 0 && format !== 'pprof' && format !== 'jfr');
    expect(few).toEqual([]);
  });

  /** Parts of uploads that are no profiles, and requests of another protocol. */
  const noProfiles = ['corpus/go-metrics-guance.json', 'corpus/java-ddtrace.jfr.zip'];

  it('of the corpus and of single recordings are recognised as what they are', () => {
    const pprof = new Set(pprofCorpus().map(({ name }) => `corpus/${name}`));
    const expected = new Map(fixtures.map(({ path, expected: { format } }) => [path, format]));
    for (const file of singleFiles().filter((name) => !noProfiles.includes(name))) {
      const format =
        expected.get(file) ??
        (pprof.has(file) || /\.pprof$/.test(file) ? 'pprof' : undefined) ??
        (hasJfrFacts(file) || /\.jfr$/.test(file) ? 'jfr' : undefined);
      expect([file, sniffReader(plain(readFixture(file)))?.format]).toEqual([file, format]);
    }
  });
});
