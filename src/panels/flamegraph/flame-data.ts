import { type DataFrame, type Field } from '@grafana/data';
import { type FlameFrameCustom, flameFields } from '../../api/frames';
import { displayName } from '../../model/display-name';
import {
  type FlameTree,
  type NodeIndex,
  buildFlameTree,
  labelOf,
  levelOf,
  nestedSetProblem,
} from '../../model/flame-tree';
import { fieldByName, fieldFormatter, internTexts, numberAt, textAt } from '../../ui/panel-fields';

/** A flame frame made ready for drawing: the tree, and what the frame tells beside it. */
export interface FlameData {
  readonly frame: DataFrame;
  readonly tree: FlameTree;
  readonly format: (value: number) => string;
  readonly custom: Partial<FlameFrameCustom>;
  /** Values of two sides are compared. */
  readonly isDiff: boolean;
  /** Names of the frames as they are shown, by label index; filled as they are asked for. */
  readonly shown: string[];
}

export const neededFields = [flameFields.level, flameFields.value, flameFields.self, flameFields.label];

/** The frame's tree, or why it is none. Frames of Grafana's own flame graph (text labels, no extra fields) work too. */
export function readFlameFrame(frame: DataFrame): FlameData | { problem: string } {
  const field = (name: string) => fieldByName(frame, name);
  const label = field(flameFields.label);
  if (!label) {
    return { problem: 'The frame has no field label.' };
  }
  const { labels, index } = internTexts(label);
  const columns = {
    level: numbers(field(flameFields.level)),
    value: numbers(field(flameFields.value)),
    self: numbers(field(flameFields.self)),
    label: index,
    labels,
    valueRight: optionalNumbers(field(flameFields.valueRight)),
    selfRight: optionalNumbers(field(flameFields.selfRight)),
  };
  const problem = nestedSetProblem(columns);
  return problem !== undefined
    ? { problem }
    : {
        frame,
        tree: buildFlameTree(columns),
        format: fieldFormatter(field(flameFields.value)),
        custom: frame.meta?.custom ?? {},
        isDiff: columns.valueRight !== undefined,
        shown: [],
      };
}

const numbers = (field: Field | undefined): ArrayLike<number> => field?.values ?? [];
const optionalNumbers = (field: Field | undefined) => (field && field.values.length > 0 ? field.values : undefined);

/** The name of a label as one harmless line. */
export function shownLabel(data: FlameData, label: number): string {
  return (data.shown[label] ??= displayName(data.tree.columns.labels[label] ?? ''));
}

export function shownName(data: FlameData, node: NodeIndex): string {
  return shownLabel(data, data.tree.columns.label[data.tree.row[node]]);
}

/** What is known about one frame, for tooltip, menu and screen reader. */
export interface FrameDetails {
  readonly name: string;
  readonly value: number;
  readonly self: number;
  readonly valueRight: number;
  readonly selfRight: number;
  readonly samples: number;
  readonly library: string;
  /** `file:line`, '' when unknown. */
  readonly source: string;
}

export function frameDetails(data: FlameData, node: NodeIndex): FrameDetails {
  const { columns, row: rows } = data.tree;
  const row = rows[node];
  const field = (name: string) => fieldByName(data.frame, name);
  const file = textAt(field(flameFields.file), row);
  const line = numberAt(field(flameFields.line), row);
  return {
    name: shownName(data, node),
    value: columns.value[row],
    self: columns.self[row],
    valueRight: columns.valueRight?.[row] ?? NaN,
    selfRight: columns.selfRight?.[row] ?? NaN,
    samples: numberAt(field(flameFields.samples), row),
    library: displayOrEmpty(textAt(field(flameFields.library), row)),
    source: file === '' ? '' : displayName(line > 0 ? `${file}:${line}` : file),
  };
}

const displayOrEmpty = (text: string) => (text === '' ? '' : displayName(text));

/**
 * Methods can be picked; the root, "(no stack)" (both of no kind) and frames that name what a sample was about (a lock, a
 * peer) can't. Frames without the field `kind` hold methods only.
 */
export function isMethod(data: FlameData, node: NodeIndex): boolean {
  const field = fieldByName(data.frame, flameFields.kind);
  const kind = textAt(field, data.tree.row[node]);
  const named = levelOf(data.tree, node) > 0 && labelOf(data.tree, node) !== '';
  return named && (field === undefined || (kind !== '' && !kind.startsWith('detail')));
}
