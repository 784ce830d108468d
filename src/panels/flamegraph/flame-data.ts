import { type DataFrame, type Field, type LinkModel } from '@grafana/data';
import { type FlameFrameCustom, flameFields } from '../../api/frames';
import { displayName } from '../../model/display-name';
import { packageOf } from '../../model/frame-package';
import { type FlameRows, type FlameTexts, hiddenLabel, textOf } from '../../model/flame-rows';
import {
  type FlameTree,
  type NodeIndex,
  buildFlameTree,
  labelOf,
  levelOf,
  nestedSetProblem,
} from '../../model/flame-tree';
import { baseUnitOf, fieldByName, fieldFormatter, internTexts } from '../../ui/panel-fields';

/** What a frame tells beside its rows; of other datasources' frames the unit alone, as its field has it. */
export type AboutFrame = Partial<FlameFrameCustom> & { readonly perValue?: number };

/** A flame frame as rows, and what it tells beside them. */
export interface FlameSource {
  readonly rows: FlameRows;
  readonly format: (value: number) => string;
  readonly custom: AboutFrame;
  readonly refId?: string;
  /** Data links of a row's label and value, where a view shows another value than the row's. */
  readonly linksOf: (row: number, value: number) => LinkModel[];
}

/** Rows made ready for drawing. */
export interface FlameData {
  readonly rows: FlameRows;
  readonly tree: FlameTree;
  readonly format: (value: number) => string;
  readonly custom: AboutFrame;
  /** Values of two sides are compared. */
  readonly isDiff: boolean;
  /** Below a frame are its callers, so its self says nothing. */
  readonly upwards: boolean;
  /** Names of the frames as they are shown, by label index; filled as they are asked for. */
  readonly shown: string[];
  readonly source: FlameSource;
}

/** The frame's rows, or why there are none. Frames of Grafana's own flame graph (text labels, no extra fields) work too. */
export function readFlameFrame(frame: DataFrame): FlameSource | { problem: string } {
  const field = (name: string) => fieldByName(frame, name);
  const label = field(flameFields.label);
  if (!label) {
    return { problem: 'The frame has no field label.' };
  }
  const { labels, index } = internTexts(label);
  const rows: FlameRows = {
    level: numbers(field(flameFields.level)),
    value: numbers(field(flameFields.value)),
    self: numbers(field(flameFields.self)),
    label: index,
    labels,
    valueRight: optionalNumbers(field(flameFields.valueRight)),
    selfRight: optionalNumbers(field(flameFields.selfRight)),
    samples: optionalNumbers(field(flameFields.samples)),
    line: optionalNumbers(field(flameFields.line)),
    file: texts(field(flameFields.file)),
    library: texts(field(flameFields.library)),
    kind: texts(field(flameFields.kind)),
  };
  const problem = nestedSetProblem(rows);
  if (problem !== undefined) {
    return { problem };
  }
  const value = field(flameFields.value);
  const linksOf = (row: number, shown: number) => [...linksOfField(label, row), ...linksOfField(value, row, shown)];
  const told: AboutFrame = frame.meta?.custom ?? {};
  const custom = told.unit === undefined ? { ...told, ...baseUnitOf(value) } : told;
  return { rows, format: fieldFormatter(value), custom, refId: frame.refId, linksOf };
}

function linksOfField(field: Field | undefined, row: number, value?: number): LinkModel[] {
  const calculatedValue = value === undefined ? undefined : field?.display?.(value);
  return field?.getLinks?.({ valueRowIndex: row, calculatedValue }) ?? [];
}

const numbers = (field: Field | undefined): ArrayLike<number> => field?.values ?? [];
const optionalNumbers = (field: Field | undefined) => (field && field.values.length > 0 ? field.values : undefined);

function texts(field: Field | undefined): FlameTexts | undefined {
  if (!field) {
    return undefined;
  }
  const { labels, index } = internTexts(field);
  return { texts: labels, index };
}

export function flameData(source: FlameSource, rows: FlameRows, upwards = false): FlameData {
  const { format, custom } = source;
  return {
    rows,
    tree: buildFlameTree(rows),
    format,
    custom,
    isDiff: rows.valueRight !== undefined,
    upwards,
    shown: [],
    source,
  };
}

/** The user's data links for a row. */
export function linksOfRow({ source, rows }: FlameData, row: number): LinkModel[] {
  return source.linksOf(sourceRow(source, rows, row), rows.value[row]);
}

/** The row of the answer that a row of a view stands for: the first of its method where views joined several. */
function sourceRow({ rows: whole }: FlameSource, rows: FlameRows, row: number): number {
  if (rows === whole) {
    return row;
  }
  const name = rows.labels[rows.label[row]];
  const found = Array.from(whole.label).findIndex((label) => whole.labels[label] === name);
  return Math.max(0, found);
}

/** The name of a label as one harmless line. */
export function shownLabel(data: FlameData, label: number): string {
  return (data.shown[label] ??= displayName(data.rows.labels[label] ?? ''));
}

export function shownName(data: FlameData, node: NodeIndex): string {
  return shownLabel(data, data.rows.label[data.tree.row[node]]);
}

/** What is known about one frame, for tooltip and menu. */
export interface FrameDetails {
  readonly name: string;
  readonly value: number;
  readonly self: number;
  readonly valueRight: number;
  readonly selfRight: number;
  /** NaN = not known. */
  readonly samples: number;
  readonly file: string;
  readonly line: number;
  readonly library: string;
  /** `file:line`, '' when unknown. */
  readonly source: string;
  /** Frames folded into this one. */
  readonly folded: number;
}

export function frameDetails(data: FlameData, node: NodeIndex): FrameDetails {
  const { rows, tree } = data;
  const row = tree.row[node];
  const file = textOf(rows.file, row);
  const line = rows.line?.[row] ?? 0;
  const library = textOf(rows.library, row);
  return {
    name: shownName(data, node),
    value: rows.value[row],
    self: rows.self[row],
    valueRight: rows.valueRight?.[row] ?? NaN,
    selfRight: rows.selfRight?.[row] ?? NaN,
    samples: rows.samples?.[row] ?? NaN,
    file,
    line,
    library: library === '' ? '' : displayName(library),
    source: file === '' ? '' : displayName(line > 0 ? `${file}:${line}` : file),
    folded: rows.folded?.[row] ?? 0,
  };
}

/** The package (or library) of a row, as colours and “only this package” see it. '' = unknown. */
export function packageOfRow(rows: FlameRows, row: number): string {
  return packageOf(rows.labels[rows.label[row]] ?? '', textOf(rows.file, row)) || textOf(rows.library, row);
}

/**
 * Methods can be picked; the root, "(no stack)" (both of no kind) and frames that name what a sample was about (a lock, a
 * peer) can't. Frames without the field `kind` hold methods only.
 */
export function isMethod(data: FlameData, node: NodeIndex): boolean {
  const { rows, tree } = data;
  const kind = textOf(rows.kind, tree.row[node]);
  const name = labelOf(tree, node);
  const isRoot = levelOf(tree, node) === 0 && kind === '';
  return (
    !isRoot &&
    name !== '' &&
    name !== hiddenLabel &&
    (rows.kind === undefined || (kind !== '' && !kind.startsWith('detail')))
  );
}
