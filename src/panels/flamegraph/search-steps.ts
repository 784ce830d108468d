import { type FlameMatches, matchSteps } from '../../model/flame-search';
import { type FlameTree, type NodeIndex } from '../../model/flame-tree';
import { searchOf } from './use-flame-view';

interface Steps {
  readonly matches?: FlameMatches;
  readonly nodes: readonly NodeIndex[];
  /** -1 = none yet. */
  at: number;
}

const lastSteps = new WeakMap<FlameTree, Steps>();

/** The outermost match after (1) or before (-1) that of the last call, in order of size; -1 = there is none. */
export function nextMatch(tree: FlameTree, text: string, by: 1 | -1): NodeIndex {
  const { matches } = searchOf(tree, text);
  const last = lastSteps.get(tree);
  const steps = last && last.matches === matches ? last : newSteps(tree, matches);
  const { nodes } = steps;
  steps.at = nodes.length === 0 ? -1 : (Math.max(steps.at, by === 1 ? -1 : 0) + by + nodes.length) % nodes.length;
  return nodes[steps.at] ?? -1;
}

function newSteps(tree: FlameTree, matches: FlameMatches | undefined): Steps {
  const steps = { matches, nodes: matches ? matchSteps(tree, matches) : [], at: -1 };
  lastSteps.set(tree, steps);
  return steps;
}
