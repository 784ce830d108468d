import { Function as PprofFunction, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import { type FlameRows, hiddenLabel, textOf } from '../../../model/flame-rows';
import { type AboutProfile, nameOf, sideNames, stackValues } from './profile-files';

const unitNames = { ns: 'nanoseconds', bytes: 'bytes', count: 'count' } as const;

/** The rows as a pprof file (not compressed), one location per method, file and line. It holds whole numbers only. */
export function pprofBytes(
  rows: FlameRows,
  { profileType = 'samples', unit = 'count', perValue }: AboutProfile
): Uint8Array<ArrayBuffer> {
  const stringTable = new StringTable();
  const functions: PprofFunction[] = [];
  const locations: Location[] = [];
  const known = new Map<string, number>();
  const locationOf = (name: string, file: string, line: number) => {
    const key = JSON.stringify([name, file, line]);
    const id = known.get(key) ?? locations.length + 1;
    if (!known.has(key)) {
      known.set(key, id);
      const text = stringTable.dedup(name);
      functions.push(new PprofFunction({ id, name: text, systemName: text, filename: stringTable.dedup(file) }));
      locations.push(new Location({ id, line: [new Line({ functionId: id, line })] }));
    }
    return id;
  };
  // A row is in the stacks of all rows below it.
  const ids = new Uint32Array(rows.level.length);
  const idOf = (row: number) =>
    (ids[row] ||= locationOf(nameOf(rows, row), textOf(rows.file, row), rows.line?.[row] ?? 0));
  const sample: Sample[] = [];
  for (const { stack, values, hidden } of stackValues(rows, perValue)) {
    const locationId = [...stack.map(idOf), ...(hidden ? [locationOf(hiddenLabel, '', 0)] : [])].reverse();
    sample.push(new Sample({ locationId, value: values.map(Math.round) }));
  }
  const sampleType = sideNames(rows).map((name) => {
    const type = stringTable.dedup([profileType, name].filter(Boolean).join('-'));
    return new ValueType({ type, unit: stringTable.dedup(unitNames[unit]) });
  });
  const profile = new Profile({ sampleType, sample, location: locations, function: functions, stringTable });
  return Uint8Array.from(profile.encode());
}
