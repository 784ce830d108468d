import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { defaultReaderLimits } from '../../src/model/profile';
import { type Element, field, recording, sized, text, type, varint } from '../../tests/fuzz/hand-made-jfr';
import { bytesField, head, num, text as pprofText } from '../../tests/fuzz/hand-made-pprof';
import { readJfr } from './jfr/reader';
import { pprofReader } from './pprof/reader';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Megabytes in use after reading so many files. */
function keptOf(files: number, read: (salt: number) => void): number {
  const used = () => {
    collect();
    return process.memoryUsage().heapUsed / 1e6;
  };
  const before = used();
  for (let salt = 0; salt < files; salt++) {
    read(100 + salt);
  }
  return used() - before;
}

/** The file with another number in all its names. */
function salted(bytes: Uint8Array, salt: number): Uint8Array<ArrayBuffer> {
  const latin1 = Buffer.from(bytes).toString('latin1').replaceAll('/100/', `/${salt}/`);
  return Uint8Array.from(Buffer.from(latin1, 'latin1'));
}

/** About a thousand characters of two bytes each. */
function longName(start: string): string {
  return `${start.padEnd(1000, 'x')}世`;
}

function counted<T>(count: number, one: (i: number) => T[]): T[] {
  return Array.from({ length: count }, (_, i) => one(i)).flat();
}

const pooled = { constantPool: 'true' };
const long = type(1, 'long');
const string = type(4, 'java.lang.String');
const methodTypes: readonly Element[] = [
  long,
  string,
  type(10, 'jdk.types.StackTrace', field('frames', 11, { dimension: '1' })),
  type(11, 'jdk.types.StackFrame', field('method', 12, pooled)),
  type(12, 'jdk.types.Method', field('type', 15, pooled), field('name', 15, pooled)),
  type(15, 'jdk.types.Symbol', field('string', 4)),
  type(20, 'jdk.ExecutionSample', field('startTime', 1), field('stackTrace', 10, pooled)),
];

/** 60 classes with 60 methods each, whose joined names are much longer than the file. */
function manyMethods(): Uint8Array {
  const each = 60;
  const count = each * each;
  const entry = (i: number) => [
    ...varint(i + 1),
    ...varint(1 + Math.floor(i / each)),
    ...varint(1 + each + (i % each)),
  ];
  const pools = [
    3,
    ...[15, ...varint(2 * each), ...counted(2 * each, (i) => [...varint(i + 1), ...text(longName(`/100/${i}/`))])],
    ...[12, ...varint(count), ...counted(count, entry)],
    ...[10, 1, 1, ...varint(count), ...counted(count, (i) => varint(i + 1))],
  ];
  return recording({ types: methodTypes, pools, events: sized([20, 1, 1]) });
}

const fieldsOfOne = 100_001;
const event = type(20, 'jdk.ExecutionSample', field('startTime', 1));
const fields: readonly Element[] = Array.from({ length: fieldsOfOne }, () => ({ name: 'field' }));

/** Classes of fields without names, which take few bytes once they are compressed. */
function fieldsOf(classes: number): Uint8Array {
  const made = Array.from({ length: classes }, (_, i) => ({ ...type(30 + i, 'made up'), children: fields }));
  return recording({ types: [long, event, ...made], events: sized([20, 1]) });
}

/** Functions with a name and a file of a thousand characters each. */
function manyFunctions(): Uint8Array<ArrayBuffer> {
  const count = 2500;
  const tables = counted(count, (i) => [
    ...bytesField(2, [...bytesField(1, num(0, i + 1).slice(1)), ...bytesField(2, [1])]),
    ...bytesField(4, [...num(1, i + 1), ...bytesField(4, num(1, i + 1))]),
    ...bytesField(5, [...num(1, i + 1), ...num(2, 2 + 2 * i), ...num(4, 3 + 2 * i)]),
    ...pprofText(longName(`a/100/a${i}/package.Class.method`)),
    ...pprofText(longName(`/100/b${i}/file.go`)),
  ]);
  return Uint8Array.from([...head, ...tables]);
}

describe('memory that stays in use after files made to fill it', () => {
  it('is bounded for the types of recordings', () => {
    const bytes = Buffer.from(fieldsOf(1));
    const at = bytes.indexOf('made up');
    const read = (salt: number) => {
      bytes.write(String(salt), at);
      readJfr(bytes, defaultReaderLimits);
    };
    expect(keptOf(10, read)).toBeLessThan(30);
  });

  it('is bounded for the methods of recordings', () => {
    const bytes = manyMethods();
    expect(keptOf(10, (salt) => readJfr(salted(bytes, salt), defaultReaderLimits))).toBeLessThan(10);
  });

  it('is bounded for the functions of pprof files', () => {
    const bytes = manyFunctions();
    expect(keptOf(5, (salt) => pprofReader.read(salted(bytes, salt), defaultReaderLimits))).toBeLessThan(30);
  });

  it('is not taken by metadata of more types and fields than an application has', () => {
    expect(() => readJfr(fieldsOf(2), defaultReaderLimits)).toThrow(
      'metadata of more than 200000 types, fields and annotations'
    );
  });
});
