import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Profile, type Sample } from 'pprof-format';
import { parse } from 'yaml';
import type { FrameJson, QueryResponse } from '../../src/api/query';
import { loadRecording, replay } from './replay';
import { newDataDir, removeDataDirs, startStore, type RunningStore } from './start-store';
import { askQuery, listProfiles, rowsOf } from './store-client';

/** Files of merged profiles, and that alert, panel and file tell the same numbers. */
let store: RunningStore;
let range: { from: number; to: number };

beforeAll(async () => {
  store = await startStore();
  for (const name of ['dd-go-2', 'dd-python-2', 'dd-node-2', 'dd-java-ddprof-2']) {
    expect((await replay(store.url, loadRecording(name))).status).toBe(200);
  }
  const profiles = await waitForProfiles(4);
  const starts = profiles.map(({ time }) => Number(time));
  range = { from: Math.min(...starts), to: Math.max(...starts) + 1 };
}, 120_000);

afterAll(async () => {
  await store.stop();
  removeDataDirs();
});

async function waitForProfiles(count: number) {
  for (;;) {
    const profiles = await listProfiles(store.url);
    if (profiles.length >= count) {
      return profiles;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

interface Asked {
  readonly profileType: string;
  readonly selector: string;
  readonly [field: string]: unknown;
}

async function exported(asked: Asked, format: string, method: 'GET' | 'POST' = 'POST'): Promise<Buffer> {
  const fields = { ...range, format, ...asked };
  const answer =
    method === 'GET'
      ? await fetch(`${store.url}/api/v1/export?${new URLSearchParams(fields as never)}`)
      : await fetch(`${store.url}/api/v1/export`, {
          method,
          body: JSON.stringify(fields),
          headers: { 'content-type': 'application/json' },
        });
  const bytes = Buffer.from(await answer.arrayBuffer());
  expect([answer.status, answer.status === 200 ? '' : bytes.toString()]).toEqual([200, '']);
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w.-]+"$/);
  return bytes;
}

/** A file that is read without the store. */
class PprofFile {
  readonly profile: Profile;
  private readonly names: Map<number, string[]>;

  constructor(bytes: Uint8Array) {
    this.profile = Profile.decode(gunzipSync(bytes));
    const text = (index: number | bigint) => this.text(index);
    const functions = new Map(this.profile.function.map((one) => [Number(one.id), text(one.name)]));
    this.names = new Map(
      this.profile.location.map(({ id, line }) => [
        Number(id),
        line.map(({ functionId }) => functions.get(Number(functionId)) ?? ''),
      ])
    );
  }

  text(index: number | bigint): string {
    return this.profile.stringTable.strings[Number(index)];
  }

  /** Leaf first. */
  stackOf({ locationId }: Sample): string[] {
    return locationId.flatMap((id) => this.names.get(Number(id)) ?? []);
  }

  labelOf({ label }: Sample, key: string): string | undefined {
    const found = label.find((one) => this.text(one.key) === key);
    return found && this.text(found.str);
  }

  sum(keeps: (sample: Sample) => boolean, column = 1): number {
    return this.profile.sample.reduce((sum, one) => sum + (keeps(one) ? Number(one.value[column]) : 0), 0);
  }
}

const go = { profileType: 'cpu-time', selector: '{service="demo-go"}' };
const python = { profileType: 'wall-time', selector: '{service="demo-python"}' };
const locks = { profileType: 'lock-wait-time', selector: '{service="demo-python"}' };
const exceptions = { profileType: 'thrown-exceptions', selector: '{service="demo-python"}' };

/** Ten rows: where they are asked for, and how a file tells them. */
const rows: ReadonlyArray<readonly [dimension: string, name: string, asked: Asked]> = [
  ['method', 'crypto/internal/fips140/sha256.blockSHANI', go],
  ['method', 'runtime.memmove', go],
  ['method', 'demo/work.Fib', go],
  ['method', 'time.sleep', { ...python, profileType: 'cpu-time' }],
  ['method', 'build_report', { ...python, profileType: 'cpu-time' }],
  ['method', 'reserve', python],
  ['method', 'nothing.sampled', go],
  ['lock', 'app.py:8:stock_lock', locks],
  ['exception', 'builtins.RuntimeError', exceptions],
  ['exception', '__main__.OutOfStock', exceptions],
];
const labelKeys: Record<string, string> = { lock: 'lock name', exception: 'exception type' };

function fromFile(file: PprofFile, dimension: string, name: string): { self: number; total: number } {
  const key = labelKeys[dimension];
  if (key !== undefined) {
    const sum = file.sum((sample) => file.labelOf(sample, key) === name);
    return { self: sum, total: sum };
  }
  return {
    self: file.sum((sample) => file.stackOf(sample)[0] === name),
    total: file.sum((sample) => file.stackOf(sample).includes(name)),
  };
}

it.each(rows)('alert, panel and file tell the same of %s %s', async (dimension, name, asked) => {
  const file = new PprofFile(await exported(asked, 'pprof'));
  const expected = fromFile(file, dimension, name);
  const whole = file.sum(() => true);
  const question = { queryType: 'dimension', dimension, rows: [name], ...asked };
  const [panel] = rowsOf((await askQuery(store.url, question, range))[0]);
  expect({ self: panel.self, total: panel.total }).toEqual(expected);
  expect({ self: panel.selfShare, total: panel.totalShare }).toEqual({
    self: expected.self / whole,
    total: expected.total / whole,
  });
  for (const measure of ['self', 'total', 'selfShare', 'totalShare']) {
    const alert = await askQuery(store.url, { ...question, measure, format: 'alert', groupBy: ['service'] }, range);
    const [row] = rowsOf(alert[0]);
    expect([measure, row[dimension], row.value]).toEqual([measure, name, panel[measure]]);
  }
  expect(name === 'nothing.sampled' || expected.total > 0).toBe(true);
});

describe('the other formats', () => {
  it('hold the whole value, details in brackets', async () => {
    const whole = new PprofFile(await exported(exceptions, 'pprof')).sum(() => true);
    const folded = (await exported(exceptions, 'folded')).toString().trim().split('\n');
    const last = (line: string) => Number(line.slice(line.lastIndexOf(' ') + 1));
    expect(folded.reduce((sum, line) => sum + last(line), 0)).toBe(whole);
    expect(folded.some((line) => line.includes(';[builtins.RuntimeError] '))).toBe(true);
    const speedscope = JSON.parse((await exported(exceptions, 'speedscope', 'GET')).toString());
    const [profile] = speedscope.profiles;
    expect(profile).toMatchObject({ type: 'sampled', unit: 'none', startValue: 0, endValue: whole });
    expect(profile.samples).toHaveLength(profile.weights.length);
    const names = speedscope.shared.frames.map(({ name }: { name: string }) => name);
    expect(names).toContain('[builtins.RuntimeError]');
    expect(profile.samples.flat().every((index: number) => index < names.length)).toBe(true);
  });

  it('can be uploaded again and tell the same', async () => {
    const bytes = await exported(locks, 'pprof');
    const labels = new URLSearchParams({ service: 'copy', start: String(range.from), end: String(range.from + 1000) });
    const body = new Uint8Array(bytes);
    const sent = await fetch(`${store.url}/api/v1/upload?${labels}`, { method: 'POST', body });
    expect(sent.status).toBe(200);
    await waitForProfiles(5);
    const ask = (selector: string) =>
      askQuery(store.url, { queryType: 'dimension', dimension: 'lock', ...locks, selector }, range);
    // A file has one sample per stack, however many were taken.
    const rowsOfService = async (selector: string) =>
      rowsOf((await ask(selector))[0]).map(({ samples: _, ...row }) => row);
    const copy = await rowsOfService('{service="copy"}');
    expect(copy).toEqual(await rowsOfService(locks.selector));
    expect(copy.length).toBeGreaterThan(1);
  });

  it('are narrowed by filters, in a query string too', async () => {
    const filter = [{ dimension: 'method', match: 'any', values: ['demo/work.Fib'] }];
    const file = new PprofFile(
      await exported({ ...go, query: JSON.stringify({ stackFilter: filter }) }, 'pprof', 'GET')
    );
    expect(file.profile.sample.every((sample) => file.stackOf(sample).includes('demo/work.Fib'))).toBe(true);
    expect(file.sum(() => true)).toBeGreaterThan(0);
  });

  it('give the Go compiler what it needs', async () => {
    const bytes = await exported(go, 'pgo');
    const file = new PprofFile(bytes);
    expect(file.profile.function.every(({ startLine }) => Number(startLine) >= 0)).toBe(true);
    expect(file.sum(() => true)).toBe(new PprofFile(await exported(go, 'pprof')).sum(() => true));
    const dir = newDataDir();
    fs.writeFileSync(path.join(dir, 'default.pgo'), bytes);
    execFileSync('go', ['tool', 'preprofile', '-i', 'default.pgo', '-o', 'out'], { cwd: dir });
    expect(fs.readFileSync(path.join(dir, 'out'), 'utf8')).toMatch(/^GO PREPROFILE V1\n[\s\S]*blockSHANI/);
  });
});

describe('what can be no file', () => {
  it.each([
    ['another format', { ...go, format: 'exe' }, 400, 'format'],
    ['no range', { ...go, from: undefined }, 400, 'from'],
    ['a variable without a value', { ...go, selector: '{service="$service"}' }, 400, '$service'],
    ['a query that is no JSON', { ...go, query: '{' }, 400, 'query: is no JSON object'],
    ['a span for the compiler', { ...go, format: 'pgo', spanId: ['a1'.padStart(16, 'f')] }, 400, 'whole uploads'],
    ['another language for the compiler', { ...python, format: 'pgo' }, 404, 'CPU profile of a Go program'],
    ['an unknown type', { ...go, profileType: 'nonsense' }, 400, 'nonsense'],
  ])('is refused: %s', async (_, fields, status, message) => {
    const answer = await fetch(`${store.url}/api/v1/export`, {
      method: 'POST',
      body: JSON.stringify({ ...range, ...fields }),
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(status);
    expect(((await answer.json()) as { error: { message: string } }).error.message).toContain(message);
  });
});

describe('sample rules', () => {
  interface Rule {
    uid: string;
    condition: string;
    annotations: Record<string, string>;
    data: Array<{ refId: string; datasourceUid: string; model: Record<string, unknown> }>;
  }
  const file = path.resolve(__dirname, '../../provisioning/alerting/hotspots.yaml');
  const { groups } = parse(fs.readFileSync(file, 'utf8')) as { groups: Array<{ rules: Rule[] }> };
  const rules = groups.flatMap((group) => group.rules);

  async function askAlert(models: Array<Record<string, unknown>>): Promise<QueryResponse['results']> {
    const answer = await fetch(`${store.url}/api/v1/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', fromalert: 'true' },
      body: JSON.stringify({ from: range.from, to: range.to + 60_000, intervalMs: 1000, queries: models }),
    });
    return ((await answer.json()) as QueryResponse).results;
  }

  const numbers = ({ schema }: FrameJson) => schema.fields.filter(({ type }) => type === 'number');

  it.each(rules.map((rule) => [rule.uid, rule] as const))('%s asks what the store can answer', async (_, rule) => {
    const models = rule.data.filter(({ datasourceUid }) => datasourceUid === 'hotspan').map(({ model }) => model);
    const results = await askAlert(models);
    for (const [refId, { frames, error }] of Object.entries(results)) {
      expect([refId, error]).toEqual([refId, undefined]);
      expect(frames.every((frame) => numbers(frame).length === 1)).toBe(true);
    }
    expect(Object.keys(results).sort()).toEqual(['A', 'F', 'T']);
    expect(results.F.frames[0].data.values).toEqual([[range.from]]);
    expect(rule.annotations.description).toContain('?from={{ $values.F }}&to={{ $values.T }}&var-service=');
  });
});
