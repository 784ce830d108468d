import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fixtures, plain } from './uploads';

/** What an oracle found for one value type: [method, value] lists hold the largest. */
export interface TypeFacts {
  /** The profile type that it means. */
  readonly id: string;
  readonly total: number;
  readonly samples: number;
  readonly flat: ReadonlyArray<readonly [string, number]>;
  readonly cum: ReadonlyArray<readonly [string, number]>;
  readonly threads: Readonly<Record<string, number>>;
}

/** See tests/fixtures/readers/README.md. */
export interface ReaderExpectation {
  readonly file: string;
  readonly format: string;
  /** By `type/unit`. */
  readonly types?: Readonly<Record<string, TypeFacts>>;
  readonly sameAs?: string;
  readonly refused?: string;
}

export interface ReaderFixture {
  readonly name: string;
  /** The file, from the fixtures' folder on. */
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly expected: ReaderExpectation;
  readonly sameAs?: Uint8Array<ArrayBuffer>;
}

const folder = path.join(fixtures, 'readers');
const ending = '.expected.json';

/** Every file that has an expectation. */
export function readerFixtures(): ReaderFixture[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => {
      const expected: ReaderExpectation = JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
      const read = (file: string) => plain(readFileSync(path.join(folder, file)));
      return {
        name: name.slice(0, -ending.length),
        path: path.relative(fixtures, path.join(folder, expected.file)),
        bytes: read(expected.file),
        expected,
        ...(expected.sameAs && { sameAs: read(expected.sameAs) }),
      };
    });
}

/** Files of the corpus and of single recorded files, from the fixtures' folder on. */
export function singleFiles(): string[] {
  return ['corpus', 'uploads/files'].flatMap((name) =>
    readdirSync(path.join(fixtures, name), { withFileTypes: true })
      .filter((entry) => entry.isFile() && !/^(?:MANIFEST\.tsv|expected-.*\.json)$/.test(entry.name))
      .map((entry) => `${name}/${entry.name}`)
  );
}

export function readFixture(file: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(path.join(fixtures, file)));
}

/** Whether the oracle of JFR files knows the file. */
export function hasJfrFacts(file: string): boolean {
  const name = path.basename(file).replace(/\.(?:gz|zip)$/, '');
  return existsSync(path.join(fixtures, 'corpus/expected-jfr', `${name}.tsv`));
}
