import { type DataFrame, type Field, FieldType, type PanelData, getFieldDisplayName } from '@grafana/data';
import { dimensionFields } from '../../api/frames';
import { type Dimension, dimensions } from '../../api/query';
import { dimensionNames } from '../../model/dimensions';
import { type Unit } from '../../model/profile-types';
import { fieldByName, fieldFormatter, numberAt, textAt, unitOfField } from '../../ui/panel-fields';

export const neededFields = [dimensionFields.name, dimensionFields.self, dimensionFields.total];

/** The fields of a dimension frame, found by name; what stands beside them are labels the rows are grouped by. */
export interface DimensionData {
  readonly frame: DataFrame;
  readonly name: Field;
  readonly self?: Field;
  readonly total?: Field;
  readonly selfShare?: Field;
  readonly totalShare?: Field;
  readonly samples?: Field;
  readonly groups: readonly Field[];
  readonly unit: Unit;
  readonly format: (value: number) => string;
}

export function readDimensionFrame(frame: DataFrame): DimensionData {
  const known = new Set<string>(Object.values(dimensionFields));
  const self = fieldByName(frame, dimensionFields.self);
  return {
    frame,
    name: fieldByName(frame, dimensionFields.name) ?? frame.fields[0],
    self,
    total: fieldByName(frame, dimensionFields.total),
    selfShare: fieldByName(frame, dimensionFields.selfShare),
    totalShare: fieldByName(frame, dimensionFields.totalShare),
    samples: fieldByName(frame, dimensionFields.samples),
    groups: frame.fields.filter((field) => !known.has(field.name) && field.type !== FieldType.time),
    unit: unitOfField(self),
    format: fieldFormatter(self),
  };
}

const isDimension = (value: unknown): value is Dimension => dimensions.some((dimension) => dimension === value);

/** Which dimension a frame is about: the frame says it, else the query that asked for it; undefined = nobody does. */
export function dimensionOf(frame: DataFrame, request: PanelData['request']): Dimension | undefined {
  const target = request?.targets.find(({ refId }) => refId === frame.refId) ?? request?.targets[0];
  const asked: unknown = target && Reflect.get(target, 'dimension');
  return [frame.meta?.custom?.dimension, asked].find(isDimension);
}

export function dimensionTitle(data: DimensionData, dimension: Dimension | undefined): string {
  const own = data.name.config.displayName;
  return own ?? (dimension ? dimensionNames[dimension] : getFieldDisplayName(data.name, data.frame));
}

/** One row of the panel: of the frame, or (index -1) a picked name that the frame doesn't hold. */
export interface DimensionRow {
  readonly index: number;
  readonly name: string;
}

/** The rows of the frame, and the picked names that it lacks because the query is narrowed. */
export function dimensionRows({ frame, name }: DimensionData, picked: ReadonlySet<string>): DimensionRow[] {
  const rows: DimensionRow[] = Array.from({ length: frame.length }, (_, index) => ({
    index,
    name: textAt(name, index),
  }));
  const present = new Set(rows.map((row) => row.name));
  const absent = [...picked].filter((wanted) => !present.has(wanted));
  return [...rows, ...absent.map((wanted) => ({ index: -1, name: wanted }))];
}

/** What goes to the clipboard: every digit, in base units. */
export function dimensionTable(data: DimensionData, title: string, rows: readonly DimensionRow[]) {
  const fields = [data.self, data.total, data.selfShare, data.totalShare, data.samples].filter((f) => f !== undefined);
  const unit = data.unit === 'count' ? '' : ` (${data.unit})`;
  const header = [
    title,
    ...data.groups.map((f) => f.name),
    ...fields.map((f) => (isValue(f) ? f.name + unit : f.name)),
  ];
  const cells = (row: DimensionRow) => [
    row.name,
    ...data.groups.map((field) => textAt(field, row.index)),
    ...fields.map((field) => (row.index < 0 ? '' : numberAt(field, row.index))),
  ];
  return { header, rows: rows.map(cells) };
}

const isValue = ({ name }: Field) => name === dimensionFields.self || name === dimensionFields.total;
