import { readFileSync } from 'node:fs';
import path from 'node:path';
import { profileTypeOf } from '../../../src/model/profile-types';
import { alternatives, eventRules, rulesFor, valueTypes } from './rules';

const page = path.join(__dirname, '../../../docs/formats/jfr.md');

/** The table of docs/formats/jfr.md: one row per event. */
function table(): string[] {
  return eventRules.map(({ event, measures, detail }) => {
    const types = Object.keys(measures).map((type) => profileTypeOf(type).name);
    return `| \`${event}\` | ${types.join(', ')} | ${detail?.replace('detail:', '') ?? ''} |`;
  });
}

it('is the table of the documentation', () => {
  const rows = readFileSync(page, 'utf8')
    .split('\n')
    .filter((line) => /^\| `(?:jdk|datadog|profiler)\./.test(line));
  expect(rows).toEqual(table());
});

it('fills known types only, with their unit', () => {
  const units = { nanoseconds: 'ns', bytes: 'bytes', count: 'count' } as const;
  for (const [type, unit] of Object.entries(valueTypes)) {
    expect([type, profileTypeOf(type)]).toEqual([type, expect.objectContaining({ id: type, unit: units[unit] })]);
    expect(profileTypeOf(type).name).not.toBe(type);
  }
});

it('uses one of several events that measure the same', () => {
  const events = (...present: string[]) => rulesFor((event) => present.includes(event)).map(({ event }) => event);
  expect(
    events('jdk.ObjectAllocationSample', 'jdk.ObjectAllocationInNewTLAB', 'jdk.ObjectAllocationOutsideTLAB')
  ).toEqual(['jdk.ObjectAllocationSample']);
  expect(events('jdk.ObjectAllocationInNewTLAB', 'jdk.ObjectAllocationOutsideTLAB')).toHaveLength(2);
  expect(events('jdk.ExecutionSample', 'datadog.ExecutionSample')).toEqual(['datadog.ExecutionSample']);
  expect(events('jdk.JavaErrorThrow', 'jdk.JavaExceptionThrow')).toEqual(['jdk.JavaExceptionThrow']);
});

it('knows every event that it may leave out', () => {
  const known = eventRules.map(({ event }) => event);
  expect(alternatives.flat(2).filter((event) => !known.includes(event))).toEqual([]);
});
