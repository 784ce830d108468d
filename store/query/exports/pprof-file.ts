import {
  Function as PprofFunction,
  Label,
  Line,
  Location,
  Profile,
  Sample,
  StringTable,
  ValueType,
} from 'pprof-format';
import type { FrameKind } from '../../../src/model/profile';
import type { ProfileType, Unit } from '../../../src/model/profile-types';
import { unknownName, type StackDictionary } from '../../../src/model/stack-dictionary';
import type { ExportStacks } from './export-stacks';

const unitNames: Readonly<Record<Unit, string>> = { ns: 'nanoseconds', bytes: 'bytes', count: 'count' };

/** Labels in which clients say what our detail frames say, so that a reader finds it again. */
const detailLabels: Partial<Record<FrameKind, string>> = {
  'detail:exception': 'exception type',
  'detail:class': 'allocated class',
  'detail:lock': 'lock name',
  'detail:peer': 'peer',
  'detail:path': 'path',
};

export interface ExportRange {
  readonly fromMs: number;
  readonly toMs: number;
  /** What was asked, in words. */
  readonly question: string;
}

/** One merged pprof file, not compressed: the number of samples and the value of each stack, detail values as labels. */
export function pprofFile({ dictionary, rows }: ExportStacks, type: ProfileType, range: ExportRange): Uint8Array {
  const stringTable = new StringTable();
  const text = (value: string) => stringTable.dedup(value);
  const places = new Places(dictionary, stringTable);
  const sample = rows.map(({ frames, detail, value, samples }) => {
    const key = detail && detailLabels[detail.kind];
    const label = key ? [new Label({ key: text(key), str: text(detail.name) })] : [];
    return new Sample({ locationId: frames.map((frame) => places.locationOf(frame)), value: [samples, value], label });
  });
  const profile = new Profile({
    sampleType: [
      new ValueType({ type: text('samples'), unit: text('count') }),
      new ValueType({ type: text(type.id), unit: text(unitNames[type.unit]) }),
    ],
    sample,
    location: places.locations,
    function: places.functions,
    stringTable,
    timeNanos: BigInt(range.fromMs) * 1_000_000n,
    durationNanos: BigInt(range.toMs - range.fromMs) * 1_000_000n,
    comment: [text(range.question)],
    defaultSampleType: text(type.id),
  });
  return profile.encode();
}

/** Locations and functions of frames: a function is a method in a file, a location a line of it. */
class Places {
  readonly locations: Location[] = [];
  readonly functions: PprofFunction[] = [];
  private readonly locationIds = new Map<string, number>();
  private readonly functionIds = new Map<string, number>();

  constructor(
    private readonly dictionary: StackDictionary,
    private readonly stringTable: StringTable
  ) {}

  locationOf(frame: number): number {
    const line = this.dictionary.frames.line[frame];
    const functionId = this.functionOf(frame);
    const key = `${functionId} ${line}`;
    const id = this.locationIds.get(key) ?? this.locations.length + 1;
    if (id > this.locations.length) {
      this.locationIds.set(key, id);
      this.locations.push(new Location({ id, line: [new Line({ functionId, line })] }));
    }
    return id;
  }

  private functionOf(frame: number): number {
    const { strings, frames } = this.dictionary;
    const key = `${frames.method[frame]} ${frames.file[frame]}`;
    const id = this.functionIds.get(key) ?? this.functions.length + 1;
    if (id > this.functions.length) {
      const name = this.stringTable.dedup(strings[frames.method[frame]] || unknownName);
      const filename = this.stringTable.dedup(strings[frames.file[frame]]);
      this.functionIds.set(key, id);
      this.functions.push(new PprofFunction({ id, name, systemName: name, filename }));
    }
    return id;
  }
}
