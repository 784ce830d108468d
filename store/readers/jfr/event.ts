import type { Chunk, EventSet } from './chunk';
import { type JfrCursor, toSigned } from './cursor';
import type { JfrField } from './metadata';
import { type Plan, Values } from './plan';

/** Fields by name → where their values go. */
export type FieldSlots = Readonly<Record<string, number>>;

/** How a number is read from its words. */
const numberKind = { long: 0, int: 1, byte: 2, float: 3 } as const;

/** The events of one type in one chunk, with the wanted fields of the event at hand. */
export class EventReader {
  readonly values: Values;
  private readonly plan: Plan;
  private readonly fields: Array<JfrField | undefined> = [];
  private readonly kinds: number[] = [];
  private next = 0;
  private readonly nsPerTick: number;
  /** Texts of references whose keys have 32 bits, by slot. */
  private readonly texts: Array<Map<number, string> | undefined> = [];

  constructor(
    readonly chunk: Chunk,
    private readonly set: EventSet,
    private readonly cursor: JfrCursor,
    fields: FieldSlots
  ) {
    const wanted = new Map(Object.entries(fields));
    this.values = new Values(Object.values(fields).reduce((most, slot) => Math.max(most, slot + 1), 1));
    this.plan = chunk.planner.plan(set.type, ({ name }) => wanted.get(name), true);
    for (let slot = 0; slot < this.values.low.length; slot++) {
      const field = this.plan.fields.get(slot);
      this.fields.push(field);
      this.kinds.push(field === undefined ? numberKind.long : kindOf(chunk, field));
    }
    this.nsPerTick = 1e9 / chunk.header.ticksPerSecond;
  }

  /**
   * Goes on to the next event; false = there is none left. No callback, because what V8 compiles of a function that is made anew for
   * each recording goes with it.
   */
  advance(): boolean {
    if (this.next === this.set.length) {
      return false;
    }
    this.set.read(this.next++, this.cursor, this.plan, this.values);
    return true;
  }

  has(slot: number): boolean {
    return this.fields[slot] !== undefined;
  }

  /** The field in a slot, to know its unit and what it refers to. */
  field(slot: number): JfrField | undefined {
    return this.fields[slot];
  }

  /** Slot and name of the fields that lie in `first` or behind it. */
  fieldsFrom(first: number): Array<readonly [slot: number, name: string]> {
    return [...this.plan.fields].filter(([slot]) => slot >= first).map(([slot, { name }]) => [slot, name]);
  }

  isNonZero(slot: number): boolean {
    return (this.values.low[slot] | this.values.high[slot]) !== 0;
  }

  /** 0 for fields that the event doesn't have. */
  number(slot: number): number {
    const low = this.values.low[slot];
    switch (this.kinds[slot]) {
      case numberKind.float:
        return this.values.float[slot];
      case numberKind.int:
        return low | 0;
      case numberKind.byte:
        return (low << 24) >> 24;
      default:
        return toSigned(low, this.values.high[slot]);
    }
  }

  /** Ticks as ns, cut to whole ones as `jfr print` does. */
  durationNs(slot: number): number {
    return Math.trunc(this.number(slot) * this.nsPerTick);
  }

  /** ns after `baseNs`. */
  timeNs(slot: number, baseNs: bigint): number {
    const { startNs, startTicks } = this.chunk.header;
    return Number(startNs - baseNs) + (this.number(slot) - startTicks) * this.nsPerTick;
  }

  /** Text of a string field or of what a reference names, '' = none. */
  text(slot: number): string {
    const field = this.field(slot);
    if (field === undefined) {
      return '';
    }
    const { pools } = this.chunk;
    const low = this.values.low[slot];
    if (!field.pooled) {
      return pools.textAt(low).text;
    }
    const high = this.values.high[slot];
    return high === 0 ? this.pooledText(slot, field, low) : pools.textOfKey(field, low, high).text;
  }

  private pooledText(slot: number, field: JfrField, key: number): string {
    const texts = (this.texts[slot] ??= new Map());
    let text = texts.get(key);
    if (text === undefined) {
      text = this.chunk.pools.textOfKey(field, key, 0).text;
      texts.set(key, text);
    }
    return text;
  }
}
/** A reader for every chunk that has events of this name. */
export function readersOf(
  chunks: readonly Chunk[],
  event: string,
  fields: FieldSlots,
  cursor: JfrCursor
): EventReader[] {
  return chunks.flatMap((chunk) => {
    const set = chunk.events.get(event);
    return set === undefined ? [] : [new EventReader(chunk, set, cursor, fields)];
  });
}

function kindOf({ metadata }: Chunk, field: JfrField): number {
  switch (field.pooled ? 'long' : metadata.get(field.classId)?.name) {
    case 'float':
    case 'double':
      return numberKind.float;
    case 'int':
    case 'short':
    case 'char':
      return numberKind.int;
    case 'byte':
    case 'boolean':
      return numberKind.byte;
    default:
      return numberKind.long;
  }
}
