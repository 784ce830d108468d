import { defaultReaderLimits } from '../../../src/model/profile';
import { checkProfile } from '../../../src/model/profile-check';
import { noStack, type Totals, totalsOf } from '../../../tests/oracle/totals';
import { type NamedValue, pprofCorpus, type PprofFacts, pprofUploads } from '../../../tests/oracle/uploads';
import { sniffReader } from '../readers';

function read(bytes: Uint8Array) {
  const reader = sniffReader(bytes);
  expect(reader?.format).toBe('pprof');
  const profile = reader!.read(bytes, defaultReaderLimits);
  checkProfile(profile);
  return profile;
}

/** Methods as `go tool pprof -top` lists them, without zero rows. */
function rows(totals: Totals): Map<string, [number, number]> {
  const named = [...totals.cumulative].filter(([name, value]) => name !== '' && value !== 0);
  return new Map(named.map(([name, value]) => [name, [totals.flat.get(name) ?? 0, value]]));
}

function largest(values: number[], count: number): number[] {
  return values
    .filter((value) => value !== 0)
    .sort((a, b) => b - a)
    .slice(0, count);
}

describe.each(pprofCorpus())('corpus: $name', ({ bytes, facts }) => {
  const profile = read(bytes);

  it.each(Object.keys(facts))('%s equals go tool pprof', (name) => {
    const type = profile.valueTypes.findIndex((one) => `${one.type}/${one.unit}` === name);
    const expected = facts[name];
    const totals = totalsOf(profile, type);
    const found = rows(totals);
    expect(totals.total).toBe(expected.total);
    // The oracle counts a function whose name is empty as one more row.
    const unnamed = (totals.cumulative.get('') ?? 0) === 0 ? 0 : expected.functions - found.size;
    expect(found.size + Math.min(1, unnamed)).toBe(expected.functions);
    for (const [method, flat, cumulative] of [...expected.top_flat, ...expected.top_cum]) {
      expect([method, ...(found.get(method) ?? [])]).toEqual([method, flat, cumulative]);
    }
    const all = [...found.values()];
    expect(
      largest(
        all.map(([flat]) => flat),
        20
      )
    ).toEqual(expected.top_flat.map(([, flat]) => flat));
    expect(
      largest(
        all.map(([, cumulative]) => cumulative),
        20
      )
    ).toEqual(expected.top_cum.map(([, , value]) => value));
  });

  it('has all value types of the oracle', () => {
    expect(profile.valueTypes.map(({ type, unit }) => `${type}/${unit}`).sort()).toEqual(Object.keys(facts).sort());
  });
});

/** The oracle writes '' and 0x… for frames without a name; how those are called here is tested elsewhere. */
function compare(expected: NamedValue[] | undefined, found: Map<string, number>): void {
  for (const { name, value } of (expected ?? []).filter((one) => one.name !== '' && !one.name.startsWith('0x'))) {
    expect([name, found.get(name)]).toEqual([name, value]);
  }
}

function compareIds(facts: PprofFacts, key: string, ids: BigUint64Array): void {
  const label = facts.labels[key];
  const found = new Set([...ids].filter((id) => id !== 0n));
  expect(found.size).toBe(label === undefined ? 0 : label.distinct);
  for (const example of label?.examples ?? []) {
    expect(found.has(/^\d{17,}$|^\d{1,15}$/.test(example) ? BigInt(example) : BigInt(`0x${example}`))).toBe(true);
  }
}

describe('recorded uploads', () => {
  it('equal the oracle in every sum, thread, endpoint and span', async () => {
    const uploads = await pprofUploads();
    expect(uploads.length).toBeGreaterThan(60);
    for (const { name, bytes, facts } of uploads) {
      try {
        compareUpload(bytes, facts);
      } catch (error) {
        throw new Error(`${name}: ${String(error)}`);
      }
    }
  });

  function compareUpload(bytes: Uint8Array, facts: PprofFacts): void {
    const profile = read(bytes);
    expect(profile.samples.length).toBe(facts.samples);
    expect(String(profile.startNs)).toBe(facts.time_nanos);
    expect(profile.durationNs).toBe(facts.duration_nanos);
    expect(profile.period?.value ?? 0).toBe(facts.period);
    expect(profile.valueTypes).toEqual(facts.sample_types.map(({ type, unit }) => ({ type, unit })));
    compareIds(facts, facts.labels['span_id'] ? 'span_id' : 'span id', profile.contexts.spanId);
    compareIds(facts, 'local root span id', profile.contexts.rootSpanId);
    facts.sample_types.forEach((expected, type) => {
      const totals = totalsOf(profile, type);
      expect(totals.total).toBe(expected.total);
      expect(totals.nonzeroSamples).toBe(expected.nonzero_samples);
      compare(expected.top5_flat, totals.flat);
      compare(expected.top5_cum, totals.cumulative);
      compare(expected.by_thread_name, totals.byThread);
      compare(expected.by_trace_endpoint, totals.byEndpoint);
    });
  }

  it('keeps samples without a stack', async () => {
    const python = (await pprofUploads()).find(({ name }) => name === 'recordings/dd-python-2 profile.pprof');
    const profile = read(python!.bytes);
    const wall = profile.valueTypes.findIndex(({ type }) => type === 'wall-time');
    expect(totalsOf(profile, wall).flat.get(noStack)).toBeGreaterThan(15e9);
  });
});
