import { Profile } from 'pprof-format';
import { type FlameRows } from '../../../model/flame-rows';
import { scriptJson } from './html-page';
import { pprofBytes } from './pprof-file';
import { type AboutProfile, foldedLines, jsonText, roundingNote, speedscopeText } from './profile-files';
import { xmlText } from './svg-text';
import { writeFile } from './writers';
import { type ExportInput } from '../start-export';

/** serve 100 of 150, 60 of it in frames that the answer left out. */
const rows: FlameRows = {
  level: [0, 1, 2, 1],
  value: [150, 100, 30, 50],
  self: [0, 10, 30, 50],
  label: [0, 1, 2, 3],
  labels: ['total', 'serve', 'dec;ode\n<b>', 'gc'],
  file: { texts: ['', 'a.py'], index: [0, 1, 1, 0] },
  line: [0, 7, 9, 0],
};
const foldedText = (of: FlameRows, how: AboutProfile) => [...foldedLines(of, how)].join('');
const about = { title: 'T', profileType: 'cpu-time', profileTypeName: 'CPU Time', unit: 'ns' as const };

it('writes folded stacks that add up to the total, the hidden part by name', () => {
  expect(foldedText(rows, about)).toBe('serve 10\nserve;(small frames) 60\nserve;dec:ode <b> 30\ngc 50\n');
});

it('writes speedscope files', () => {
  const file = JSON.parse(speedscopeText(rows, about));
  const [profile] = file.profiles;
  expect([profile.unit, profile.endValue]).toEqual(['nanoseconds', 150]);
  const names = profile.samples.map((stack: number[]) => stack.map((id) => file.shared.frames[id].name));
  expect(names).toEqual([['serve'], ['serve', '(small frames)'], ['serve', 'dec;ode\n<b>'], ['gc']]);
  expect(file.shared.frames[1]).toEqual({ name: 'serve', file: 'a.py', line: 7 });
});

it('writes pprof that pprof-format reads', () => {
  const profile = Profile.decode(pprofBytes(rows, about));
  const text = (id: number | bigint) => profile.stringTable.strings[Number(id)];
  expect([text(profile.sampleType[0].type), text(profile.sampleType[0].unit)]).toEqual(['cpu-time', 'nanoseconds']);
  const stacks = profile.sample.map(({ locationId, value }) => [
    ...locationId.map((id) => text(profile.function[Number(id) - 1].name)),
    Number(value[0]),
  ]);
  expect(stacks).toEqual([
    ['serve', 10],
    ['(small frames)', 'serve', 60],
    ['dec;ode\n<b>', 'serve', 30],
    ['gc', 50],
  ]);
  expect(Number(profile.location[0].line[0].line)).toBe(7);
});

/** a 40 → 10, b 0 → 50, 5 → 0 hidden below the root. */
const both: FlameRows = {
  level: [0, 1, 1],
  value: [45, 40, 0],
  self: [0, 40, 0],
  valueRight: [60, 10, 50],
  selfRight: [0, 10, 50],
  label: [0, 1, 2],
  labels: ['total', 'a', 'b'],
};

it('writes both sides of a comparison', () => {
  expect(foldedText(both, about)).toBe('(small frames) 5 0\na 40 10\nb 0 50\n');
  const { profiles } = JSON.parse(speedscopeText(both, about));
  const told = profiles.map(({ name, weights, endValue }: Record<string, unknown>) => [name, weights, endValue]);
  expect(told).toEqual([
    ['CPU Time, left', [5, 40, 0], 45],
    ['CPU Time, right', [0, 10, 50], 60],
  ]);
  const pprof = Profile.decode(pprofBytes(both, about));
  expect(pprof.sampleType.map(({ type }) => pprof.stringTable.strings[Number(type)])).toEqual([
    'cpu-time-left',
    'cpu-time-right',
  ]);
  expect(pprof.sample.map(({ value }) => value.map(Number))).toEqual([
    [5, 0],
    [40, 10],
    [0, 50],
  ]);
});

it('writes values of other units in the unit that it names', () => {
  const seconds: FlameRows = {
    level: [0, 1, 1],
    value: [0.3, 0.1, 0.2],
    self: [0, 0.1, 0.2],
    label: [0, 1, 2],
    labels: ['total', 'a', 'b'],
  };
  const inSeconds = { ...about, perValue: 1e9 };
  expect(foldedText(seconds, inSeconds)).toBe('a 100000000\nb 200000000\n');
  expect(JSON.parse(jsonText(seconds, inSeconds))).toMatchObject({ unit: 'ns', frames: [{ value: 3e8 }, {}, {}] });
  const pprof = Profile.decode(pprofBytes(seconds, inSeconds));
  expect(pprof.sample.map(({ value }) => Number(value[0]))).toEqual([1e8, 2e8]);
});

it('loses no whole number, however small beside the total', () => {
  const count = 1000;
  const large: FlameRows = {
    level: [0, ...Array.from({ length: count }, () => 1)],
    value: [1e12 + count, ...Array.from({ length: count }, () => 1)],
    self: [1e12, ...Array.from({ length: count }, () => 1)],
    label: Array.from({ length: count + 1 }, (_, row) => row),
    labels: Array.from({ length: count + 1 }, (_, row) => `f${row}`),
  };
  const sum = Profile.decode(pprofBytes(large, about)).sample.reduce((all, { value }) => all + Number(value[0]), 0);
  expect(sum).toBe(1e12 + count);
  expect(JSON.parse(speedscopeText(large, about)).profiles[0].endValue).toBe(1e12 + count);
  expect(foldedText(large, about).trim().split('\n')).toHaveLength(count + 1);
});

it('writes folded stacks in parts, of which none is longer than a string can be', async () => {
  const many: FlameRows = {
    level: [0, ...Array.from({ length: 200 }, () => 1)],
    value: [200, ...Array.from({ length: 200 }, () => 1)],
    self: [0, ...Array.from({ length: 200 }, () => 1)],
    label: [0, ...Array.from({ length: 200 }, () => 1)],
    labels: ['total', 'x'.repeat(60_000)],
  };
  const input = { rows: many, data: { custom: {} }, title: 'T' } as unknown as ExportInput;
  const { blob } = await writeFile('folded', input);
  expect(blob.size).toBe(200 * (60_000 + ' 1\n'.length));
});

it('tells that pprof rounds fractions of counts', () => {
  const fractions = { ...rows, self: [0, 10.5, 30, 50] };
  expect(roundingNote(fractions, {})).toContain('rounded');
  expect([roundingNote(fractions, { perValue: 1e9 }), roundingNote(rows, {})]).toEqual([undefined, undefined]);
});

it('writes all columns as JSON', () => {
  const { frames, unit } = JSON.parse(jsonText(rows, about));
  expect(unit).toBe('ns');
  expect(frames[2]).toEqual({ level: 2, name: 'dec;ode\n<b>', value: 30, self: 30, file: 'a.py', line: 9 });
});

it('leaves nothing in pages and pictures that could be markup', () => {
  const hostile = '</script><!--<script>\u2028]]>&"\'\u0000\ud800';
  expect(scriptJson({ hostile })).not.toMatch(/[<\u2028]/);
  expect(JSON.parse(scriptJson({ hostile }))).toEqual({ hostile });
  expect(xmlText(hostile)).not.toMatch(/[<>"'\u0000\ud800]|&(?!#\d+;)/);
});
