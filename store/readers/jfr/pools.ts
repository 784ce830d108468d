import type { ReaderLimits } from '../../../src/model/profile';
import { grown } from '../../../src/model/sequence-table';
import { noText, type Text } from '../texts';
import type { JfrCursor } from './cursor';
import { KeyIndex } from './keys';
import type { JfrClass, JfrField } from './metadata';
import { type Plan, type Planner, Values } from './plan';
import { StackPool } from './stack-pool';
import { readReference, readText } from './strings';

/** Fields that are kept of the pools that matter; the first one is the text of an entry. */
const keptFields: ReadonlyMap<string, readonly string[]> = new Map([
  ['java.lang.Thread', ['javaName', 'osName', 'osThreadId', 'javaThreadId']],
  ['java.lang.Class', ['name']],
  ['jdk.types.Method', ['name', 'type', 'descriptor']],
  ['jdk.types.OldObject', ['type']],
]);

/** Text that is reached by references: pooled string < symbol < class < object. */
const maxReferences = 4;

/** Entries of a pool that there is room for before they are read, whatever its count says. */
const mostReserved = 1 << 14;

/** One field of all entries of a pool: the words of a number or key, in `low` where a string starts. */
interface Column {
  readonly field: JfrField;
  readonly isString: boolean;
  low: Uint32Array<ArrayBuffer>;
  high: Uint32Array<ArrayBuffer>;
}

/** The entries of one class by key, as columns. */
export class Pool {
  readonly keys = new KeyIndex();
  readonly columns: readonly Column[];
  /** Of entries that were asked for: the text of the first column, if it was not too many references away. */
  readonly texts: Array<Text | undefined> = [];
  private readonly plan: Plan;
  private readonly values: Values;

  constructor(
    readonly type: JfrClass,
    planner: Planner
  ) {
    const wanted = keptFields.get(type.name);
    const texts = type.fields.filter((field) => isString(field, planner));
    const names = wanted ?? texts.slice(0, 1).map(({ name }) => name);
    const slotOf = (field: JfrField) => (type.fields.length === 0 ? 0 : found(names.indexOf(field.name)));
    this.plan = planner.valuePlan(type, slotOf);
    this.values = new Values(Math.max(1, names.length));
    this.columns = Array.from({ length: Math.max(1, names.length) }, (_, slot) => {
      const field = this.plan.fields.get(slot) ?? unknownField;
      return { field, isString: isString(field, planner), low: new Uint32Array(16), high: new Uint32Array(16) };
    });
  }

  /** Makes room for so many more entries. */
  reserve(more: number): void {
    this.keys.reserve(more);
    this.columns.forEach((column) => {
      column.low = grown(column.low, this.keys.length + more);
      column.high = grown(column.high, this.keys.length + more);
    });
  }

  /** Reads one key and its value. A key that is there already keeps its first value. */
  read(cursor: JfrCursor): void {
    cursor.words();
    const known = this.keys.length;
    const index = this.keys.add(cursor.low, cursor.high);
    this.values.read(this.plan, cursor);
    if (index === known) {
      this.keep(index);
    }
  }

  private keep(index: number): void {
    const { columns, values } = this;
    for (let slot = 0; slot < columns.length; slot++) {
      const column = columns[slot];
      if (index === column.low.length) {
        column.low = grown(column.low, index + 1);
        column.high = grown(column.high, index + 1);
      }
      column.low[index] = values.low[slot];
      column.high[index] = values.high[slot];
    }
  }
}

const unknownField: JfrField = { name: '', classId: -1, pooled: false, isArray: false, unit: '' };

function found(index: number): number | undefined {
  return index < 0 ? undefined : index;
}

function isString(field: JfrField, { metadata }: Planner): boolean {
  return !field.pooled && !field.isArray && metadata.get(field.classId)?.name === 'java.lang.String';
}

/** All constant pools of a chunk. */
export class Pools {
  readonly stacks: StackPool;
  private readonly pools = new Map<number, Pool>();
  private readonly byName = new Map<string, Pool>();
  private entries = 0;

  constructor(
    private readonly cursor: JfrCursor,
    private readonly planner: Planner,
    private readonly limits: ReaderLimits
  ) {
    this.stacks = new StackPool(planner, limits);
  }

  /** Reads the checkpoint event that starts at `start`. */
  readCheckpoint(start: number): void {
    const { cursor } = this;
    cursor.at = start;
    cursor.end = cursor.bytes.length;
    const size = cursor.varint();
    cursor.end = start + size;
    cursor.skipVarint();
    cursor.skipVarint();
    cursor.skipVarint();
    cursor.skipVarint();
    cursor.skip(1);
    for (let left = cursor.varint(); left > 0; left--) {
      this.readPool();
    }
  }

  private readPool(): void {
    const { cursor } = this;
    const id = cursor.varint();
    const type = this.planner.metadata.get(id) ?? cursor.fail(`a constant pool of the unknown type ${id}`);
    const pool = type.name === 'jdk.types.StackTrace' ? this.stacks : this.poolOf(type);
    const count = cursor.varint();
    pool.reserve(Math.min(count, mostReserved));
    for (let left = count; left > 0; left--) {
      pool.read(cursor);
      this.entries++;
    }
    if (this.entries > this.limits.strings) {
      cursor.fail(`more than ${this.limits.strings} constants`, 'tooLarge');
    }
  }

  private poolOf(type: JfrClass): Pool {
    const known = this.pools.get(type.id);
    if (known !== undefined) {
      return known;
    }
    const pool = new Pool(type, this.planner);
    this.pools.set(type.id, pool);
    this.byName.set(type.name, pool);
    return pool;
  }

  /** The pool with this type's name, if the chunk has one. */
  named(name: string): Pool | undefined {
    return this.byName.get(name);
  }

  /** The pool that a field refers to, if the chunk has one. */
  ofField(field: JfrField): Pool | undefined {
    return this.pools.get(field.classId);
  }

  /** The text of one column of entry `index`, following references. */
  text(pool: Pool, column: number, index: number, depth = 0): Text {
    const { isString, field, low, high } = pool.columns[column];
    if (isString) {
      return this.textAt(low[index], depth);
    }
    return field.pooled ? this.textOfKey(field, low[index], high[index], depth + 1) : noText;
  }

  /** The text of what a field refers to. */
  textOfKey(field: JfrField, low: number, high: number, depth = 0): Text {
    return this.textOfEntry(this.ofField(field), low, high, depth);
  }

  /** The text that starts at byte `at` of the file. */
  textAt(at: number, depth = 0): Text {
    const { cursor } = this;
    cursor.at = at;
    cursor.end = cursor.bytes.length;
    return readReference(cursor)
      ? this.textOfEntry(this.named('java.lang.String'), cursor.low, cursor.high, depth + 1)
      : readText(cursor);
  }

  private textOfEntry(pool: Pool | undefined, low: number, high: number, depth: number): Text {
    const index = pool === undefined ? -1 : pool.keys.find(low, high);
    if (pool === undefined || index < 0 || depth > maxReferences) {
      return noText;
    }
    const known = pool.texts[index];
    if (known !== undefined) {
      return known;
    }
    const text = this.text(pool, 0, index, depth);
    if (text !== noText) {
      pool.texts[index] = text;
    }
    return text;
  }
}
