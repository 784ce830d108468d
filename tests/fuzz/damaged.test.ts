import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cutAt, mutate } from './mutations';
import { fuzzTargets, type FuzzTarget } from './targets';

/** Every reader and every intake with damaged files, and what once made one of them fail. The long form is `npm run fuzz`. */
jest.setTimeout(600_000);

const rounds = Number(process.env.FUZZ_ROUNDS ?? 8);
const cuts = 50;
const crashes = path.join(__dirname, 'crashes');

let targets: readonly FuzzTarget[];
beforeAll(async () => {
  targets = await fuzzTargets();
});

it('have seeds for every reader and intake', () => {
  expect(targets.filter(({ seeds }) => seeds.length === 0).map(({ name }) => name)).toEqual([]);
});

it('read their seeds', async () => {
  for (const { name, seeds, run } of targets) {
    const read = await Promise.all(seeds.map(({ bytes }) => run(bytes)));
    expect([name, read.includes(true)]).toEqual([name, true]);
  }
});

it(`take or refuse ${rounds} kinds of damage to each seed`, async () => {
  for (const { name, seeds, run } of targets) {
    for (const seed of seeds) {
      for (let round = 0; round < rounds; round++) {
        await run(mutate(seed.bytes, round)).catch((error: unknown) => {
          throw new Error(`${name}, ${seed.name}, round ${round}: ${String(error)}`, { cause: error });
        });
      }
    }
  }
});

/** JFR and pprof have tests of their own for this. */
it(`take or refuse seeds that end at ${cuts} places`, async () => {
  for (const { name, seeds, run } of targets.filter(({ name: target }) => !/^reader-(?:jfr|pprof)/.test(target))) {
    const { name: file, bytes } = seeds.reduce((least, seed) =>
      seed.bytes.length < least.bytes.length ? seed : least
    );
    for (let place = 0; place < cuts; place++) {
      await run(cutAt(bytes, place, cuts)).catch((error: unknown) => {
        throw new Error(`${name}, ${file}, place ${place}: ${String(error)}`, { cause: error });
      });
    }
  }
});

/** `TARGET--WHAT.bin`: kept by `npm run fuzz` when something failed. */
it('do not fail again of what once made them', async () => {
  const files = readdirSync(crashes).filter((file) => file.endsWith('.bin'));
  for (const file of files) {
    const target = targets.find(({ name }) => name === file.split('--')[0]);
    const result = await target?.run(new Uint8Array(readFileSync(path.join(crashes, file))));
    expect([file, typeof result]).toEqual([file, 'boolean']);
  }
});
