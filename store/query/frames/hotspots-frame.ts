import { hotspotsFields, hotspotsFrameName, type HotspotsCustom } from '../../../src/api/frames';
import type { FrameJson } from '../../../src/api/query';
import { nodeLabel } from '../../../src/model/call-tree';
import type { HotspotNodes, OrderedNodes } from '../../../src/model/hotspot-tree';
import { frameKinds } from '../../../src/model/profile';
import type { ProfileType } from '../../../src/model/profile-types';
import type { StackDictionary } from '../../../src/model/stack-dictionary';
import type { Notice } from '../notices';
import { buildFrame, decimals, enumerated, integers, type Column } from './frame';
import { valueUnit } from './units';

/** Columns beside the tree's own, by node; absent = not known for this type. */
export interface HotspotColumns {
  readonly waiting?: ArrayLike<number>;
  readonly waitedFor?: readonly string[];
  readonly average?: ArrayLike<number>;
}

export interface Hotspots extends HotspotColumns {
  readonly dictionary: StackDictionary;
  readonly nodes: HotspotNodes;
  readonly order: OrderedNodes;
  readonly type: ProfileType;
  /** What `share` is a share of, in the type's unit. */
  readonly whole: number;
  /** Added to times, so that they count from the span's start. */
  readonly shiftNs: number;
  readonly custom: HotspotsCustom;
  readonly notices: readonly Notice[];
  readonly question: string;
}

export function hotspotsFrame(hotspots: Hotspots): FrameJson {
  const { notices, question, custom } = hotspots;
  return buildFrame(hotspotsFrameName, columnsOf(hotspots), {
    preferredVisualisationType: 'table',
    executedQueryString: question,
    notices: [...notices],
    custom: { ...custom },
  });
}

function columnsOf(hotspots: Hotspots): Column[] {
  const { dictionary, nodes, order, type, whole, shiftNs } = hotspots;
  const { tree } = nodes;
  const shown = order.node;
  const f = hotspotsFields;
  const unit = { unit: valueUnit(type) };
  const time = { unit: 'ns' };
  const of = (values: ArrayLike<number>) => Array.from(shown, (node) => values[node]);
  const optional = (values: ArrayLike<number> | undefined) =>
    values === undefined ? Array.from(shown, () => NaN) : of(values);
  const texts = (values: readonly string[] | undefined) => Array.from(shown, (node) => values?.[node] ?? '');
  return [
    integers(f.level, order.level),
    enumerated(
      f.label,
      Array.from(shown, (node) => nodeLabel(dictionary, tree, node))
    ),
    integers(f.value, of(tree.total), unit),
    integers(f.self, of(tree.self), unit),
    decimals(
      f.share,
      of(tree.total).map((value) => (whole === 0 ? 0 : value / whole)),
      { unit: 'percentunit' }
    ),
    integers(f.samples, of(tree.samples)),
    nullable(
      f.start,
      of(nodes.firstNs).map((ns) => Math.round(ns + shiftNs)),
      time
    ),
    nullable(
      f.end,
      of(nodes.lastNs).map((ns) => Math.round(ns + shiftNs)),
      time
    ),
    nullable(f.waiting, optional(hotspots.waiting), unit),
    enumerated(f.waitedFor, texts(hotspots.waitedFor)),
    enumerated(f.thread, texts(nodes.thread)),
    nullable(f.average, optional(hotspots.average), unit),
    ...frameColumns(hotspots),
  ];
}

/** Where the method is written. */
function frameColumns({ dictionary: { frames, strings }, nodes, order }: Hotspots): Column[] {
  const frameOf = Array.from(order.node, (node) => nodes.tree.frame[node]);
  const text = (column: Uint32Array) => frameOf.map((frame) => (frame < 0 ? '' : strings[column[frame]]));
  return [
    enumerated(hotspotsFields.file, text(frames.file)),
    integers(
      hotspotsFields.line,
      frameOf.map((frame) => (frame < 0 ? 0 : frames.line[frame]))
    ),
    enumerated(hotspotsFields.library, text(frames.library)),
    enumerated(
      hotspotsFields.kind,
      frameOf.map((frame) => (frame < 0 ? '' : frameKinds[frames.kind[frame]]))
    ),
  ];
}

/** Numbers of which some are not known (NaN, infinite): those are null. */
function nullable(name: string, values: readonly number[], { unit }: { unit: string }): Column {
  return {
    field: { name, type: 'number', typeInfo: { frame: 'float64', nullable: true }, config: { unit } },
    values: values.map((value) => (Number.isFinite(value) ? value : null)),
  };
}
