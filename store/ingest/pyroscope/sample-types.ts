import { z } from 'zod';
import { HotspanError } from '../../errors';
import type { ReadingHints } from '../upload';

const configSchema = z.record(
  z.string(),
  z.looseObject({ 'display-name': z.string().catch(''), units: z.string().catch('') })
);

/**
 * What kind of profile a pprof body is, from `sample_type_config`: only its display names (`mutex_count`, `block_duration`) tell
 * Go's lock profiles apart. The result names the file, from which profile types are resolved.
 */
export function profileKind(configBytes: Uint8Array | undefined): string {
  if (configBytes === undefined) {
    return 'profile';
  }
  const config = configSchema.safeParse(parseJson(configBytes));
  if (!config.success) {
    throw new HotspanError('bad_request', 'the part sample_type_config is not a JSON object of sample types');
  }
  const names = Object.entries(config.data).flatMap(([type, entry]) => [type, entry['display-name']]);
  return ['mutex', 'block'].find((kind) => names.some((name) => name.startsWith(kind))) ?? 'profile';
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** What clients append to the application's name where the body doesn't tell what it counts: `shop.alloc_space`. */
const typeSuffix =
  /\.(cpu|itimer|wall|alloc_objects|alloc_space|inuse_objects|inuse_space|goroutines|mutex_count|mutex_duration|block_count|block_duration|lock_count|lock_duration|exceptions)$/;

const defaultSampleRate = 100;

/** What the counts of a text body are. Samples of a clock are the time that passed between two. */
export function countsOf(
  service: string,
  query: URLSearchParams
): { readonly service: string; readonly kind: string; readonly hints: ReadingHints } {
  const suffix = typeSuffix.exec(service)?.[1];
  const plain = suffix === undefined ? service : service.slice(0, -suffix.length - 1);
  const units = query.get('units') || 'samples';
  const rate = Number(query.get('sampleRate')) || defaultSampleRate;
  const clock = suffix === undefined ? (units === 'samples' ? 'cpu' : undefined) : clocks.get(suffix);
  if (clock !== undefined) {
    const period = { type: clock, unit: 'nanoseconds', value: 1e9 / rate };
    return { service: plain, kind: clock, hints: { period } };
  }
  const type = suffix ?? typeOfUnits.get(units) ?? units;
  const lock = /^(mutex|block)_(count|duration)$/.exec(type);
  return {
    service: plain,
    kind: lock?.[1] ?? 'profile',
    hints: {
      countsAre: lock
        ? lock[2] === 'count'
          ? { type: 'contentions', unit: 'count' }
          : { type: 'delay', unit: 'nanoseconds' }
        : { type, unit: unitOfType(type, units) },
    },
  };
}

const clocks: ReadonlyMap<string, string> = new Map([
  ['cpu', 'cpu'],
  ['itimer', 'cpu'],
  ['wall', 'wall'],
]);
const typeOfUnits: ReadonlyMap<string, string> = new Map([
  ['objects', 'alloc_objects'],
  ['bytes', 'alloc_space'],
  ['lock_samples', 'contentions'],
  ['lock_nanoseconds', 'delay'],
]);

function unitOfType(type: string, units: string): string {
  if (/_space$/.test(type) || units === 'bytes') {
    return 'bytes';
  }
  return /_duration$|^delay$/.test(type) || units === 'lock_nanoseconds' ? 'nanoseconds' : 'count';
}
