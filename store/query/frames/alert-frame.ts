import { valueField } from '../../../src/api/frames';
import type { FrameJson, FrameMetaJson } from '../../../src/api/query';
import { warning, type Notice } from '../notices';
import { limits } from '../request';
import { buildFrame, decimals, texts } from './frame';

/** One number with its labels. */
export interface AlertRow {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface AlertMeta extends FrameMetaJson {
  notices: Notice[];
}

/** `numeric-long`: one number column, labels as texts in the order of `labels`, at most 100 rows, largest first. */
export function alertFrame(
  rows: readonly AlertRow[],
  labels: readonly string[],
  unit: string,
  meta: AlertMeta
): FrameJson {
  const shown = [...rows].sort((a, b) => b.value - a.value).slice(0, limits.alertRows);
  const cut = warning(`Only the ${limits.alertRows} largest rows are given.`);
  const valuesOf = (label: string) => shown.map((row) => row.labels[label] ?? '');
  const values = shown.map(({ value }) => value);
  const fields = [...labels.map((label) => texts(label, valuesOf(label))), decimals(valueField, values, { unit })];
  return buildFrame('alert', fields, {
    type: 'numeric-long',
    typeVersion: [0, 1],
    ...meta,
    notices: rows.length > shown.length ? [...meta.notices, cut] : meta.notices,
  });
}
