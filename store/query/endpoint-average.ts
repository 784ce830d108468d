import { allOf } from '../../src/model/profile-filter';
import type { ProfileType } from '../../src/model/profile-types';
import type { WeightedStacks } from '../../src/model/stack-dictionary';
import { chooseUploads, someUploads, type Uploads } from './choose-uploads';
import type { QueryContext, QueryTime } from './context';
import type { Restrictions } from './prepare';
import { noSamples, readSpanSamples, uploadPlace } from './span-samples';
import { endpointEntriesStatement } from './sql/span-samples';
import type { StackStore } from './stack-store';

/** Samples of all requests of an endpoint around a span, and how many requests they were. */
export interface EndpointSamples {
  readonly rows: WeightedStacks;
  readonly requests: number;
  /** `all`: the client counted its requests; `sampled`: only those with samples are known. */
  readonly counted: 'all' | 'sampled';
}

/** An average of so many uploads says enough, and is read fast. */
const maxUploads = 10;

/** Uploads of the span's service nearest to its own; none where an average says nothing. */
export async function uploadsForAverage(
  context: QueryContext,
  restrictions: Restrictions,
  time: QueryTime,
  type: ProfileType,
  uploads: Uploads
): Promise<Uploads | undefined> {
  if (uploads.length === 0 || type.merge === 'average') {
    return undefined;
  }
  const own = ofService(restrictions, uploads.service[0]);
  return nearest(await chooseUploads(context, own, aroundUploads(time, uploads), type.id), uploads);
}

function ofService(restrictions: Restrictions, service: string): Restrictions {
  return {
    ...restrictions,
    filter: allOf([restrictions.filter, { kind: 'equals', key: 'service', value: service }]),
    profileIds: undefined,
    spans: undefined,
    wholeUploads: false,
    stackFilters: [],
    contextFilters: [],
  };
}

/** What the endpoint's requests did in the uploads. */
export async function readEndpoint(
  context: QueryContext,
  store: StackStore,
  type: ProfileType,
  { endpoint, around }: { readonly endpoint: string; readonly around: Uploads | undefined }
): Promise<EndpointSamples | undefined> {
  const place = around && uploadPlace(around);
  if (endpoint === '' || place === undefined) {
    return undefined;
  }
  const found = await context.engine.select(endpointEntriesStatement(place, endpoint), { signal: context.signal });
  const [counted, sampled] = [found.numbers('counted')[0], found.numbers('sampled')[0]];
  const requests = counted > 0 ? counted : sampled;
  if (requests === 0) {
    return undefined;
  }
  const entries = {
    profiles: Array.from(found.arrays('profile_keys')[0], BigInt),
    contexts: Array.from(found.arrays('context_keys')[0], Number),
    inferred: [],
  };
  const samples = await readSpanSamples(context, store, place, entries, { types: [type.id], contexts: [] });
  const rows = samples.get(type.id) ?? noSamples(type);
  return { rows, requests, counted: counted > 0 ? 'all' : 'sampled' };
}

const aroundUs = 300e6;

function aroundUploads(time: QueryTime, { startUs, endUs, length }: Uploads): QueryTime {
  const fromMs = Math.floor((startUs[0] - aroundUs) / 1000);
  return { ...time, fromMs, toMs: Math.ceil((endUs[length - 1] + aroundUs) / 1000) };
}

function nearest(around: Uploads, { startUs }: Uploads): Uploads {
  const distance = (at: number) => Math.abs(around.startUs[at] - startUs[0]);
  const byDistance = Array.from({ length: around.length }, (_, at) => at).sort((a, b) => distance(a) - distance(b));
  const kept = new Set(byDistance.slice(0, maxUploads));
  return someUploads(around, (at) => kept.has(at));
}
