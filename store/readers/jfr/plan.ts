import { ReaderError } from '../../../src/model/profile';
import type { JfrCursor } from './cursor';
import type { JfrClass, JfrField, Metadata } from './metadata';
import { skipString } from './strings';

/** What to do with a field. Values that are not wanted are only passed over. */
const op = {
  skipVarint: 0,
  keepVarint: 1,
  skipByte: 2,
  keepByte: 3,
  skip4: 4,
  keepFloat: 5,
  skip8: 6,
  keepDouble: 7,
  skipString: 8,
  keepString: 9,
  struct: 10,
  array: 11,
} as const;

/** How to read the values of one class, compiled from its fields. */
export interface Plan {
  readonly ops: readonly number[];
  /** Where the value of a kept field goes. */
  readonly slots: readonly number[];
  /** Of structures and arrays. */
  readonly inner: ReadonlyArray<Plan | undefined>;
  /** The field that each kept slot holds, by slot. */
  readonly fields: ReadonlyMap<number, JfrField>;
  /** Plans inside plans: how deep reading a value recurses. */
  readonly height: number;
}

/** Slot of a field, undefined = not wanted. */
export type SlotChooser = (field: JfrField, index: number) => number | undefined;

/** Structures in structures; a structure that holds itself has no end. */
const maxNesting = 16;
const nothing: SlotChooser = () => undefined;

/** Compiles the plans of one chunk; plans of what is only skipped are made once per class. */
export class Planner {
  private readonly skipped = new Map<number, Plan>();

  constructor(readonly metadata: Metadata) {}

  /** A plan that ends behind the last wanted field when `untilWanted`; the caller then knows where the value ends. */
  plan(type: JfrClass, choose: SlotChooser, untilWanted: boolean): Plan {
    const plan = this.compile(type, choose, 0);
    const last = untilWanted ? plan.slots.findLastIndex((slot) => slot >= 0) + 1 : plan.ops.length;
    return { ...plan, ops: plan.ops.slice(0, last) };
  }

  /** A plan for one pooled value, which may be a primitive (`java.lang.String`). */
  valuePlan(type: JfrClass, choose: SlotChooser): Plan {
    if (primitiveOps[type.name] === undefined) {
      return this.compile(type, choose, 0);
    }
    const field = { name: 'value', classId: type.id, pooled: false, isArray: false, unit: '' };
    return this.compile({ ...type, fields: [field] }, choose, 0);
  }

  private compile(type: JfrClass, choose: SlotChooser, depth: number): Plan {
    if (depth > maxNesting) {
      throw new ReaderError('jfr', 0, `the type ${type.name} is nested too deeply or holds itself`);
    }
    const plan = {
      ops: [] as number[],
      slots: [] as number[],
      inner: [] as Array<Plan | undefined>,
      fields: new Map(),
      height: 0,
    };
    type.fields.forEach((field, index) => {
      const slot = choose(field, index);
      const { code, inner } = this.compileField(field, slot, depth);
      if (code === op.struct && inner?.ops.length === 0) {
        return;
      }
      plan.ops.push(code);
      plan.slots.push(slot === undefined || !isKept(code) ? -1 : slot);
      plan.inner.push(inner);
      plan.height = Math.max(plan.height, (inner?.height ?? -1) + 1);
      if (slot !== undefined && isKept(code)) {
        plan.fields.set(slot, field);
      }
    });
    // Types that are read before what holds them are compiled already, so `depth` alone would not see a long chain.
    if (plan.height > maxNesting) {
      throw new ReaderError('jfr', 0, `the type ${type.name} is nested too deeply`);
    }
    return plan;
  }

  private compileField(field: JfrField, slot: number | undefined, depth: number): { code: number; inner?: Plan } {
    if (field.isArray) {
      return { code: op.array, inner: this.elementPlan(field, depth) };
    }
    const kept = slot === undefined ? 0 : 1;
    if (field.pooled) {
      return { code: op.skipVarint + kept };
    }
    const type = this.metadata.get(field.classId);
    const primitive = type && primitiveOps[type.name];
    return primitive === undefined
      ? { code: op.struct, inner: type ? this.skipPlan(type, depth) : emptyPlan }
      : { code: primitive + kept };
  }

  private elementPlan(field: JfrField, depth: number): Plan {
    const element = { ...field, isArray: false };
    return this.compile({ id: -1, name: field.name, fields: [element] }, nothing, depth + 1);
  }

  private skipPlan(type: JfrClass, depth: number): Plan {
    const known = this.skipped.get(type.id);
    if (known !== undefined) {
      return known;
    }
    const plan = this.compile(type, nothing, depth + 1);
    this.skipped.set(type.id, plan);
    return plan;
  }
}

const emptyPlan: Plan = { ops: [], slots: [], inner: [], fields: new Map(), height: 0 };

/** The op that skips a value; the next one keeps it. */
const primitiveOps: Readonly<Record<string, number | undefined>> = Object.assign(Object.create(null), {
  byte: op.skipByte,
  boolean: op.skipByte,
  char: op.skipVarint,
  short: op.skipVarint,
  int: op.skipVarint,
  long: op.skipVarint,
  float: op.skip4,
  double: op.skip8,
  'java.lang.String': op.skipString,
});

function isKept(code: number): boolean {
  return code < op.struct && code % 2 === 1;
}

/** Whether every field is a LEB128 number. */
export function holdsOnlyNumbers({ ops }: Plan): boolean {
  return ops.every((code) => code === op.skipVarint || code === op.keepVarint);
}

/** The kept values of one event or pooled value, by slot: numbers as words, strings as the place where they start. */
export class Values {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  readonly float: Float64Array;

  constructor(slots: number) {
    this.low = new Uint32Array(slots);
    this.high = new Uint32Array(slots);
    this.float = new Float64Array(slots);
  }

  clear(): void {
    this.low.fill(0);
    this.high.fill(0);
    this.float.fill(0);
  }

  /** Reads what the plan says from the cursor on. */
  read({ ops, slots, inner }: Plan, cursor: JfrCursor): void {
    for (let i = 0; i < ops.length; i++) {
      const slot = slots[i];
      switch (ops[i]) {
        case op.skipVarint:
          cursor.skipVarint();
          break;
        case op.keepVarint:
          cursor.words();
          this.low[slot] = cursor.low;
          this.high[slot] = cursor.high;
          break;
        case op.skipByte:
          cursor.skip(1);
          break;
        case op.keepByte:
          this.low[slot] = cursor.byte();
          break;
        case op.skip4:
          cursor.skip(4);
          break;
        case op.keepFloat:
          this.float[slot] = cursor.float();
          break;
        case op.skip8:
          cursor.skip(8);
          break;
        case op.keepDouble:
          this.float[slot] = cursor.double();
          break;
        case op.skipString:
          skipString(cursor);
          break;
        case op.keepString:
          this.low[slot] = cursor.at;
          skipString(cursor);
          break;
        case op.struct:
          skipValue(inner[i], cursor);
          break;
        default:
          skipArray(inner[i], cursor);
      }
    }
  }
}

/** Inner plans keep nothing, so they need no slots. */
const noValues = new Values(0);

function skipValue(plan: Plan | undefined, cursor: JfrCursor): void {
  if (plan !== undefined) {
    noValues.read(plan, cursor);
  }
}

/** Every element takes a byte or more, so a wrong count ends with the bytes. */
function skipArray(plan: Plan | undefined, cursor: JfrCursor): void {
  const count = cursor.varint();
  if (plan === undefined || plan.ops.length === 0) {
    return;
  }
  for (let left = count; left > 0; left--) {
    noValues.read(plan, cursor);
  }
}
