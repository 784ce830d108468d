import { flameFields, flameFrameName, flamegraphPanelId, type FlameFrameCustom } from '../../../src/api/frames';
import type { FrameJson } from '../../../src/api/query';
import { nodeLabel } from '../../../src/model/call-tree';
import { frameKinds } from '../../../src/model/profile';
import type { ProfileType } from '../../../src/model/profile-types';
import type { StackDictionary } from '../../../src/model/stack-dictionary';
import type { VisibleTree } from '../../../src/model/visible-nodes';
import type { Notice } from '../notices';
import { buildFrame, enumerated, integers, maxEnumEntries, type Column } from './frame';
import { valueUnit } from './units';

export interface FlameSide {
  readonly total: number;
  readonly sampleCount: number;
  readonly profileCount: number;
}

export interface Flame {
  readonly dictionary: StackDictionary;
  readonly visible: VisibleTree;
  readonly type: ProfileType;
  readonly left: FlameSide;
  readonly right?: FlameSide;
  readonly notices: readonly Notice[];
  readonly question: string;
}

/** The frame `response`: a nested set, depth first. */
export function flameFrame(flame: Flame): FrameJson {
  const { type } = flame;
  return buildFrame(flameFrameName, flameColumns(flame), {
    preferredVisualisationType: 'flamegraph',
    preferredVisualisationPluginId: flamegraphPanelId,
    executedQueryString: flame.question,
    notices: [...flame.notices],
    custom: { ...customOf(flame), profileType: type.id, profileTypeName: type.name, unit: type.unit },
  });
}

function customOf({ left, right, visible }: Flame): Omit<FlameFrameCustom, 'profileType' | 'profileTypeName' | 'unit'> {
  const { hiddenNodes, hiddenSelf, allSelf } = visible;
  return {
    total: left.total,
    sampleCount: left.sampleCount,
    profileCount: left.profileCount,
    nodes: visible.node.length,
    hiddenNodes,
    hiddenShare: allSelf === 0 ? 0 : hiddenSelf / allSelf,
    ...(right && {
      totalRight: right.total,
      sampleCountRight: right.sampleCount,
      profileCountRight: right.profileCount,
    }),
  };
}

function flameColumns({ dictionary, visible, type }: Flame): Column[] {
  const { frames, strings } = dictionary;
  const { tree } = visible;
  const nodes = visible.node;
  const unit = valueUnit(type);
  const of = (values: Float64Array) => Float64Array.from(nodes, (node) => values[node]);
  const text = (column: Uint32Array) =>
    Array.from(nodes, (node) => (tree.frame[node] < 0 ? '' : strings[column[tree.frame[node]]]));
  const labels = Array.from(nodes, (node) => nodeLabel(dictionary, tree, node));
  const right = (name: string, values: Float64Array | undefined) =>
    values ? [integers(name, of(values), { unit })] : [];
  return [
    integers(flameFields.level, visible.level),
    integers(flameFields.value, of(tree.total), { unit }),
    integers(flameFields.self, of(tree.self), { unit }),
    enumerated(flameFields.label, capped(labels)),
    enumerated(flameFields.file, capped(text(frames.file))),
    integers(
      flameFields.line,
      Array.from(nodes, (node) => (tree.frame[node] < 0 ? 0 : frames.line[tree.frame[node]]))
    ),
    enumerated(flameFields.library, capped(text(frames.library))),
    enumerated(
      flameFields.kind,
      Array.from(nodes, (node) => kindOf(dictionary, tree.frame[node]))
    ),
    integers(flameFields.samples, of(tree.samples)),
    ...right(flameFields.valueRight, tree.totalRight),
    ...right(flameFields.selfRight, tree.selfRight),
  ];
}

function kindOf({ frames }: StackDictionary, frame: number): string {
  return frame < 0 ? '' : frameKinds[frames.kind[frame]];
}

/** `maxNodes` is below the number of entries an enum may have; this holds if that ever changes. */
function capped(values: string[]): string[] {
  if (new Set(values).size > maxEnumEntries) {
    throw new RangeError('a flame frame has more texts than an enum can hold');
  }
  return values;
}
