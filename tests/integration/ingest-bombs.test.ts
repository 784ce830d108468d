import fs from 'node:fs';
import { zipSync } from 'fflate';
import { gzipBomb, lz4Bomb, zipOf, zstdBomb } from '../fuzz/hand-made-archives';
import { field, recording, sized, type, varint, withSize } from '../fuzz/hand-made-jfr';
import { bytesField, head, num, repeated, text } from '../fuzz/hand-made-pprof';
import { writeVarint } from '../oracle/pprof-rewrite';
import { readFixture } from '../oracle/readers';
import { acceptedId, eventPart, makeForm, sendForm } from './form';
import { removeDataDirs, startStore, untilInserted, type RunningStore } from './start-store';
import { listProfiles, type ListedProfile } from './store-client';
import { peakGrowthMb } from './store-memory';

/** Small uploads that stand for much work, at their real size and with the limits that the store has by default. */
jest.setTimeout(600_000);

/** `limits.decompressedBytes`; a bomb may take twice that on top of what the store takes anyway. */
const limitMb = 128;

let store: RunningStore;
let before: readonly ListedProfile[];
beforeAll(async () => {
  store = await startStore({ flags: ['--log-level', 'info'] });
  const cpu = { name: 'cpu.pprof', fileName: 'cpu.pprof', bytes: readFixture('uploads/files/go-runtime-cpu.pprof') };
  const good = [eventPart(Date.UTC(2026, 10, 22, 11), 'service:good'), cpu];
  await acceptedId(await sendForm(store.url, makeForm(good)));
  before = await listed();
});
afterAll(async () => {
  await store.stop();
  removeDataDirs();
});
afterEach(async () => {
  expect((await listed()).filter(({ status }) => status === 'ok')).toEqual(before);
});

async function listed(): Promise<ListedProfile[]> {
  await untilInserted(store);
  return listProfiles(store.url);
}

interface Answer {
  readonly status: number;
  /** The error, or `{ id }`. */
  readonly error?: { readonly code: string; readonly message: string };
  readonly id?: string;
}

/** SHOW_BOMBS=1 prints what each bomb was answered and took. */
async function answerTo(bytes: Uint8Array<ArrayBuffer>): Promise<Answer> {
  let answer: Answer = { status: 0 };
  const grown = await peakGrowthMb(store, async () => {
    const { status, text } = await send(bytes);
    answer = { status, ...JSON.parse(text) };
  });
  if (process.env.SHOW_BOMBS) {
    const name = expect.getState().currentTestName;
    process.stdout.write(`${name}: ${bytes.length} bytes, ${JSON.stringify(answer)}, ${Math.round(grown)} MB more\n`);
  }
  expect(grown).toBeLessThan(2 * limitMb);
  return answer;
}

async function send(bytes: Uint8Array<ArrayBuffer>): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${store.url}/api/v1/upload?service=bomb`, { method: 'POST', body: bytes });
  return { status: answer.status, text: await answer.text() };
}

describe('compressed', () => {
  const cases: ReadonlyArray<readonly [string, () => Uint8Array<ArrayBuffer>]> = [
    ['gzip, 10 MB of 10 GB', () => gzipBomb(100)],
    ['zstd, 10 MB of 320 GB', () => zstdBomb(2_500_000)],
    ['lz4, 10 MB of 2.6 GB', () => lz4Bomb(630)],
    ['zip of a file of 300 MB', () => new Uint8Array(zipSync({ a: new Uint8Array(300_000_000) }))],
    ['zip of 100,000 members', () => zipOf(100_000)],
  ];
  it.each(cases)('%s', async (_what, make) => {
    expect(await answerTo(make())).toMatchObject({
      status: 413,
      error: { code: 'too_large', message: expect.stringContaining('limits.') },
    });
  });

  it('zip in zip in zip in zip', async () => {
    let bytes = zipSync({ a: Uint8Array.of(1) });
    for (let depth = 0; depth < 4; depth++) {
      bytes = zipSync({ a: bytes });
    }
    expect(await answerTo(new Uint8Array(bytes))).toMatchObject({
      status: 422,
      error: { message: expect.stringContaining('more than 3 times') },
    });
  });

  it('zip of paths out of its folder', async () => {
    const bytes = new Uint8Array(zipSync({ '../../../tmp/hotspan-escaped.pprof': Uint8Array.of(1, 2, 3) }));
    expect(await answerTo(bytes)).toMatchObject({ status: 422, error: { code: 'unsupported_format' } });
    expect(fs.existsSync('/tmp/hotspan-escaped.pprof')).toBe(false);
  });
});

describe('protobuf', () => {
  const cases: ReadonlyArray<readonly [string, () => Uint8Array<ArrayBuffer>, message: RegExp]> = [
    ['a length of 2^32 - 1', () => Uint8Array.of(...head, 0x32, ...writeVarint(2n ** 32n - 1n, 0)), /cut off/],
    [
      'a number of eleven bytes',
      () => Uint8Array.of(...head, 0x48, ...Array<number>(10).fill(0xff), 1),
      /more than ten bytes/,
    ],
    ['5 million empty samples', () => repeated(bytesField(2, []), 5_000_000), /more than 2000000 samples/],
    ['5 million strings', () => repeated(text(''), 5_000_001), /more than 5000000 strings/],
    ['a string of 256 MB, announced', () => Uint8Array.of(...head, 0x32, ...writeVarint(2n ** 28n, 0)), /cut off/],
    ['2 million and one locations', () => repeated(bytesField(4, num(1, 1)), 2_000_001), /more than 2000000 locations/],
    ['two locations of one id', () => repeated(bytesField(4, num(1, 1)), 2), /the same id/],
    ['a location with the id 0', () => repeated(bytesField(4, num(1, 0)), 1), /the id 0/],
    [
      'a function beyond the strings',
      () => repeated(bytesField(5, [...num(1, 1), ...num(2, 99)]), 1),
      /beyond the table/,
    ],
    [
      'a sample of a location that is none',
      () => repeated(bytesField(2, [...num(1, 7), ...num(2, 1)]), 1),
      /not there/,
    ],
  ];
  it.each(cases)('%s', async (_what, make, message) => {
    expect(await answerTo(make())).toMatchObject({
      status: 422,
      error: { code: 'unreadable_profile', message: expect.stringMatching(message) },
    });
  });
});

/** Recordings that can't be read are kept: a later version may be able to. */
describe('JFR', () => {
  const long = type(1, 'long');
  const plainSample = type(10, 'jdk.ExecutionSample', field('startTime', 1));
  const whole = recording({ types: [long, plainSample], events: sized([10, 0]) });
  const loop = [type(3, 'a', field('b', 4)), type(4, 'b', field('a', 3))];
  const event = type(10, 'jdk.ExecutionSample', field('startTime', 3));
  const cases: ReadonlyArray<readonly [string, () => Uint8Array<ArrayBuffer>, message: RegExp]> = [
    ['a chunk of 0 bytes', () => withSize(whole, 0n), /never finished/],
    ['a chunk of -1 bytes', () => withSize(whole, -1n), /chunk/],
    ['a chunk beyond the end', () => withSize(whole, 2n ** 62n), /cut off/],
    ['a chunk that is cut', () => whole.slice(0, -1), /cut off/],
    [
      'types that hold each other',
      () => recording({ types: [long, ...loop, event], events: sized([10, 0]) }),
      /itself/,
    ],
    [
      'a pool of 2^31 entries',
      () => recording({ types: [long, type(3, 'nothing')], pools: [1, ...varint(3), ...varint(2n ** 31n)] }),
      /cut off/,
    ],
    ['10,000 chunks', () => new Uint8Array(Buffer.concat(Array<Uint8Array>(10_000).fill(whole))), /chunks/],
  ];
  it.each(cases)('%s', async (_what, make, message) => {
    const { status, id } = await answerTo(make());
    expect(status).toBe(200);
    expect((await listed()).find((profile) => profile.id === id)).toMatchObject({
      status: 'unreadable',
      samples: 0,
      reason: expect.stringMatching(message),
    });
  });
});
