import fs from 'node:fs';
import path from 'node:path';
import { knownProfileTypes, resolveProfileTypes, spellingsOf } from '../../src/model/profile-types';
import { profileMetrics } from '../../src/model/profile-metrics';
import { eventRules } from '../../store/readers/jfr/rules';
import { allEvidence, type Evidence } from '../oracle/evidence';

/**
 * docs/profile-types.md is made from the code and from the recorded uploads: `UPDATE_DOCS=1 npx jest tests/integration/profile-types-doc
 * --selectProjects node` writes it, without that the test fails where it is old.
 */
const file = path.resolve(__dirname, '../../docs/profile-types.md');

let evidence: Evidence[];
beforeAll(async () => {
  evidence = await allEvidence();
}, 120_000);

/** Rows of the tables that Hotspan is to show at least. */
const python =
  'cpu-time wall-time heap-live-size allocated-memory allocations thrown-exceptions lock-wait-time locked-time lock-acquires lock-releases';
const java =
  'cpu-time native-wall-time allocations allocated-memory heap-live-objects thrown-exceptions lock-wait-time lock-acquires file-io-time file-io-read file-io-written socket-io-read-time socket-io-write-time socket-io-read socket-io-written synchronization';

describe.each([
  ['python', python.split(' '), 10],
  ['java', java.split(' '), 16],
])('%s', (language, types, count) => {
  it(`has all ${count} types`, () => {
    expect(types).toHaveLength(count);
  });

  it.each(types)('shows %s in a recorded upload', (type) => {
    const uploads = evidence
      .filter((one) => one.language === language && one.type === type)
      .map(({ upload }) => upload);
    expect(uploads).toContainEqual(expect.stringMatching(/^recordings\/|^uploads\/files\//));
  });
});

/** Clients that no upload was recorded of, by what they write: their types are told by name. */
const unrecorded: ReadonlyArray<readonly [language: string, producer: string, file: string, types: string]> = [
  [
    'dotnet',
    'dd-trace-dotnet',
    'auto.pprof',
    'cpu/nanoseconds wall/nanoseconds exception/count alloc-samples/count alloc-size/bytes inuse-objects/count inuse-space/bytes lock-count/count lock-time/nanoseconds',
  ],
  [
    'php',
    'dd-trace-php',
    'auto.pprof',
    'sample/count wall-time/nanoseconds cpu-time/nanoseconds alloc-samples/count alloc-size/bytes exception-samples/count file-io-read-time/nanoseconds file-io-write-time/nanoseconds file-io-read-size/bytes file-io-write-size/bytes socket-read-time/nanoseconds socket-write-time/nanoseconds socket-read-size/bytes socket-write-size/bytes',
  ],
  [
    'ruby',
    'dd-trace-rb',
    'rubyprofile.pprof',
    'cpu-time/nanoseconds cpu-samples/count wall-time/nanoseconds alloc-samples/count heap-live-samples/count heap-live-size/bytes',
  ],
  [
    'cpp',
    'ddprof (C, C++, Rust)',
    'profile.pprof',
    'cpu-time/nanoseconds cpu-samples/count alloc-space/bytes alloc-samples/count inuse-space/bytes inuse-objects/count',
  ],
  ['rust', 'pyroscope-rs', 'profile.pprof', 'cpu/nanoseconds samples/count'],
];

function byName(): Evidence[] {
  return unrecorded.flatMap(([language, producer, attachment, types]) => {
    const valueTypes = types.split(' ').map((text) => {
      const [type, unit] = text.split('/');
      return { type, unit };
    });
    return resolveProfileTypes(valueTypes, { attachment, language }).map(({ id }, at) => {
      const { type, unit } = valueTypes[at];
      return { language, producer, type: id, source: `${type}/${unit}`, upload: '' };
    });
  });
}

it('knows every type that clients write which no upload was recorded of', () => {
  const known = new Set(knownProfileTypes.map(({ id }) => id));
  expect(byName().filter(({ type }) => !known.has(type))).toEqual([]);
});

const table = (head: readonly string[], rows: ReadonlyArray<readonly string[]>) =>
  [
    `| ${head.join(' | ')} |`,
    `|${head.map(() => '---').join('|')}|`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');
const code = (text: string) => `\`${text}\``;
const unique = (texts: readonly string[]) => [...new Set(texts)];

function typeRows(): string[][] {
  return knownProfileTypes.map(({ id, name, unit, merge, hidden, hiddenBeside }) => {
    const events = eventRules.filter(({ measures }) => id in measures).map(({ event }) => code(event));
    const seen = hidden ? 'only when asked for' : hiddenBeside === undefined ? '' : `not beside ${code(hiddenBeside)}`;
    return [name, code(id), unit, merge, spellingsOf(id).map(code).join(' '), events.join(' '), seen];
  });
}

function producerRows(all: readonly Evidence[]): string[][] {
  const order = new Map(knownProfileTypes.map(({ id }, at) => [id, at]));
  const groups = new Map<string, Evidence[]>();
  for (const one of all) {
    const key = [one.language || '(any)', one.type, one.producer].join('\0');
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const at = (type: string) => order.get(type) ?? order.size;
  return [...groups.values()]
    .sort(
      ([a], [b]) =>
        a.language.localeCompare(b.language) || at(a.type) - at(b.type) || a.producer.localeCompare(b.producer)
    )
    .map((group) => {
      const [{ language, type, producer, upload }] = group;
      const name = knownProfileTypes.find(({ id }) => id === type)?.name ?? code(type);
      const sources = unique(group.map(({ source }) => source))
        .sort()
        .map(code)
        .join(' ');
      return [language || '(any)', name, producer, sources, upload === '' ? 'by name' : upload];
    });
}

function document(): string {
  return `# Profile types

Made from the code and the recorded uploads by \`tests/integration/profile-types-doc.test.ts\`; don't edit.

## The table

A query takes the id, the name, or a producer's own \`type/unit\`. Values of \`average\` types are points in time: over several uploads they are
averaged, the others are added up. Types that the table doesn't know are kept under their own name.

${table(['name', 'id', 'unit', 'merge', 'sample types', 'events of JFR', 'offered'], typeRows())}

## Who writes what

Per language and producer, what its sample type or event is called, and an upload under \`tests/fixtures\` that shows it; "by name" = no
upload of this client is recorded.

${table(['language', 'profile type', 'producer', 'sample types or events', 'shown by'], producerRows([...evidence, ...byName()]))}

## Metrics of a process

Totals that are made of an upload, under DataKit's names; an \`amount\` reads as a rate, a \`level\` as it is.

${table(
  ['metric', 'unit', 'kind'],
  profileMetrics.map(({ id, unit, kind }) => [code(id), unit, kind])
)}
`;
}

it('is what docs/profile-types.md says', () => {
  const made = document();
  if (process.env.UPDATE_DOCS) {
    fs.writeFileSync(file, made);
  }
  expect(fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '').toBe(made);
});
