import type { ProfileType, Unit } from '../../../src/model/profile-types';
import { noStack, unknownName, type StackDictionary } from '../../../src/model/stack-dictionary';
import type { ExportRow, ExportStacks } from './export-stacks';

/** Names from the root down; a detail value is a frame of its own, in brackets. */
function namesOf(row: ExportRow, nameOf: (frame: number) => string): string[] {
  const names = row.frames.map(nameOf).reverse();
  const detail = row.detail ? [`[${row.detail.name}]`] : [];
  return names.length + detail.length === 0 ? [noStack] : [...names, ...detail];
}

function nameIn({ strings, frames }: StackDictionary, frame: number): string {
  return strings[frames.method[frame]] || unknownName;
}

/** Brendan Gregg's format: `a;b;c 12`. Line ends and semicolons in names would break it. */
export function foldedFile({ dictionary, rows }: ExportStacks): string {
  const sums = new Map<string, number>();
  for (const row of rows) {
    const stack = namesOf(row, (frame) => nameIn(dictionary, frame))
      .map((name) => name.replaceAll(';', ':').replace(/[\r\n]+/g, ' '))
      .join(';');
    sums.set(stack, (sums.get(stack) ?? 0) + row.value);
  }
  return [...sums].map(([stack, value]) => `${stack} ${value}\n`).join('');
}

const units: Readonly<Record<Unit, string>> = { ns: 'nanoseconds', bytes: 'bytes', count: 'none' };

export function speedscopeFile({ dictionary, rows }: ExportStacks, type: ProfileType, title: string): string {
  const frames: Array<{ name: string; file?: string; line?: number }> = [];
  const ids = new Map<string, number>();
  const idOf = (frame: { name: string; file?: string; line?: number }) => {
    const key = JSON.stringify([frame.name, frame.file, frame.line]);
    const id = ids.get(key) ?? frames.push(frame) - 1;
    ids.set(key, id);
    return id;
  };
  const { strings, frames: table } = dictionary;
  const frameId = (frame: number) =>
    idOf({
      name: nameIn(dictionary, frame),
      file: strings[table.file[frame]] || undefined,
      line: table.line[frame] || undefined,
    });
  const samples = rows.map((row) => {
    const stack = row.frames.map(frameId).reverse();
    const extra = row.detail ? `[${row.detail.name}]` : stack.length === 0 ? noStack : undefined;
    return extra === undefined ? stack : [...stack, idOf({ name: extra })];
  });
  const weights = rows.map(({ value }) => value);
  const profile = {
    type: 'sampled',
    name: type.name,
    unit: units[type.unit],
    startValue: 0,
    endValue: weights.reduce((sum, value) => sum + value, 0),
    samples,
    weights,
  };
  return JSON.stringify({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    exporter: 'hotspan',
    name: title,
    activeProfileIndex: 0,
    shared: { frames },
    profiles: [profile],
  });
}
