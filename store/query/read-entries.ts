import { EngineError, type Columns } from '../engines/engine';
import type { QueryContext } from './context';
import { entryKeys, samplesStatement, type Merge, type SampleKey, type SampleScope } from './sql/samples';

/**
 * Samples of many uploads: the engine holds their numbers while it reads, and where span dictionaries are joined every entry of every
 * upload, so they are read in portions of hours and summed up here.
 */

/** Uploads of one portion; with their entries, of which an upload may have a thousand. An object, so that tests can have small ones. */
export const portions = { uploads: 2000, withoutEntries: 250_000 };
/** More rows than this are refused: they would fill the memory here. */
const maxRows = 1_000_000;
const hourSeconds = 3600;

const uploadsPerPortion = (keys: readonly SampleKey[]) =>
  keys.some((key) => entryKeys.includes(key)) ? portions.uploads : portions.withoutEntries;

/** Whether all uploads can be read at once. */
export function fitsOnePortion(
  { firstHour, lastHour }: SampleScope,
  keys: readonly SampleKey[],
  uploads: number
): boolean {
  return uploads <= uploadsPerPortion(keys) || lastHour - firstHour < hourSeconds;
}

/** Sums or averages by keys over all portions, as the columns of one answer. */
export async function readPortions(
  context: QueryContext,
  { scope, merge }: { readonly scope: SampleScope; readonly merge: Merge },
  keys: readonly SampleKey[],
  uploads: number
): Promise<Columns> {
  const hours = (scope.lastHour - scope.firstHour) / hourSeconds + 1;
  const step = Math.max(1, Math.floor((hours * uploadsPerPortion(keys)) / uploads)) * hourSeconds;
  const sums = new KeySums(keys, merge);
  const ofPortion: Merge = { kind: merge.kind === 'sum' ? 'sum' : 'weighted' };
  for (let firstHour = scope.firstHour; firstHour <= scope.lastHour; firstHour += step) {
    const lastHour = Math.min(scope.lastHour, firstHour + step - hourSeconds);
    const statement = samplesStatement({ ...scope, firstHour, lastHour }, keys, ofPortion);
    sums.add(await context.engine.select(statement, { signal: context.signal, maxRows }));
  }
  return sums;
}

type KeyValue = string | number | bigint;

/** Adds up answers of one form. */
class KeySums implements Columns {
  readonly names: readonly string[];
  private readonly rowOf = new Map<string, number>();
  private readonly keyValues: KeyValue[][];
  private readonly values: number[] = [];
  /** Σ value × length of averages. */
  private readonly weights: bigint[] = [];
  private readonly samples: number[] = [];

  constructor(
    private readonly keys: readonly SampleKey[],
    private readonly merge: Merge
  ) {
    const fraction = merge.kind === 'average' ? ['fraction'] : [];
    this.names = [...keys.map((key) => `${key}_key`), 'value_sum', ...fraction, 'samples'];
    this.keyValues = keys.map(() => []);
  }

  get rows(): number {
    return this.samples.length;
  }

  add(columns: Columns): void {
    const keyColumns = this.keys.map((key) => readKey(columns, key));
    const samples = columns.numbers('samples');
    const values = this.merge.kind === 'sum' ? columns.numbers('value_sum') : undefined;
    const weights = values === undefined ? columns.bigints('weighted_sum') : undefined;
    for (let at = 0; at < columns.rows; at++) {
      const row = this.row(keyColumns.map((column) => column[at]));
      this.values[row] += values?.[at] ?? 0;
      this.weights[row] += weights?.[at] ?? 0n;
      this.samples[row] += samples[at];
    }
  }

  private row(key: readonly KeyValue[]): number {
    const text = key.join('\0');
    let row = this.rowOf.get(text);
    if (row === undefined) {
      row = this.rows;
      if (row === maxRows) {
        throw new EngineError('rows', 158, `more than ${maxRows} rows`);
      }
      this.rowOf.set(text, row);
      key.forEach((value, at) => this.keyValues[at].push(value));
      this.values.push(0);
      this.weights.push(0n);
      this.samples.push(0);
    }
    return row;
  }

  private keyColumn(name: string): readonly KeyValue[] {
    const at = this.names.indexOf(name);
    if (at < 0 || at >= this.keyValues.length) {
      throw new TypeError(`the answer has no key "${name}", only ${this.names.join(', ')}`);
    }
    return this.keyValues[at];
  }

  numbers(name: string): readonly number[] {
    const coveredUs = this.merge.kind === 'average' ? BigInt(this.merge.coveredUs) : undefined;
    switch (name) {
      case 'samples':
        return this.samples;
      case 'value_sum':
        return coveredUs === undefined ? this.values : this.weights.map((weight) => Number(weight / coveredUs));
      case 'fraction':
        return this.weights.map((weight) => Number(weight % (coveredUs ?? 1n)) / Number(coveredUs ?? 1n));
      default:
        return this.keyColumn(name).map(Number);
    }
  }

  bigints(name: string): readonly bigint[] {
    return this.keyColumn(name).map(BigInt);
  }

  strings(name: string): readonly string[] {
    return this.keyColumn(name).map(String);
  }

  arrays(name: string): never {
    throw new TypeError(`column "${name}" holds no arrays`);
  }

  maps(name: string): never {
    throw new TypeError(`column "${name}" holds no maps`);
  }
}

function readKey(columns: Columns, key: SampleKey): ArrayLike<KeyValue> {
  switch (key) {
    case 'thread':
    case 'endpoint':
    case 'sampleLabel':
      return columns.strings(`${key}_key`);
    case 'context':
    case 'inferred':
      return columns.numbers(`${key}_key`);
    default:
      return columns.bigints(`${key}_key`);
  }
}
