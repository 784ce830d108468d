import { type FrameIndex, type Profile, ReaderError, type ReaderLimits } from '../../../src/model/profile';
import { ProfileBuilder } from '../../../src/model/profile-builder';
import { FrameMaker } from '../frames';
import { JsonFile, type JsonObject, jsonOutline, numberOr } from '../json';
import type { Reader } from '../reader';
import { StackWriter } from '../stack-writer';
import { callFrame } from './call-frame';

/** V8's CPU profiles, as `node --cpu-prof` and browsers write them. */
export const cpuprofileReader: Reader = { format: 'cpuprofile', sniff: looksLikeCpuprofile, read: readCpuprofile };

function looksLikeCpuprofile(bytes: Uint8Array): boolean {
  const { kind, keys } = jsonOutline(bytes);
  const timed = keys.has('timeDeltas') || keys.has('startTime') || keys.has('samples');
  return kind === 'object' && keys.has('nodes') && timed && !keys.has('snapshot');
}

const nsPerUs = 1000;

/**
 * The sampler looks at what is on the stack, busy or not: all of it is wall time, and all but `(idle)` is the time in which the
 * thread did something, which is what V8 calls a CPU profile.
 */
const valueTypes = [
  { type: 'samples', unit: 'count' },
  { type: 'wall', unit: 'nanoseconds' },
  { type: 'cpu', unit: 'nanoseconds' },
];

function readCpuprofile(bytes: Uint8Array, limits: ReaderLimits): Profile {
  if (!looksLikeCpuprofile(bytes)) {
    throw new ReaderError('cpuprofile', 0, 'not a V8 CPU profile', 'notMine');
  }
  const json = new JsonFile(bytes, 'cpuprofile');
  const root = json.object(json.root, 'the file');
  const builder = new ProfileBuilder(valueTypes);
  const stacks = new StackWriter(builder, limits, json);
  const nodes = readNodes(json, root, new FrameMaker(builder, limits, json));
  const stackOf = new Map<number, number>();
  const elapsed = elapsedNs(json, root);
  json.array(root.samples, '`samples`').forEach((value, i) => {
    const id = json.number(value, 'a sample');
    let stack = stackOf.get(id);
    if (stack === undefined) {
      stack = writeStack(json, nodes, id, stacks);
      stackOf.set(id, stack);
    }
    stacks.sample(stack, 0, 1, elapsed[i], nodes.get(id)?.idle ? 0 : elapsed[i]);
  });
  return builder.finish({ durationNs: durationNs(root) });
}

interface V8Node {
  /** Undefined for `(root)`, which all stacks would have. */
  readonly frame: FrameIndex | undefined;
  readonly idle: boolean;
  parent: V8Node | undefined;
}

/** Nodes name their children, or in older files of Chrome their parent. */
function readNodes(json: JsonFile, root: JsonObject, maker: FrameMaker): ReadonlyMap<number, V8Node> {
  const nodes = new Map<number, V8Node>();
  const list = json.array(root.nodes, '`nodes`').map((value) => json.object(value, 'a node'));
  for (const value of list) {
    const frame = callFrame(json, value);
    nodes.set(json.number(value.id, "a node's id"), {
      frame: frame.name === '(root)' ? undefined : maker.named(frame),
      idle: frame.name === '(idle)',
      parent: undefined,
    });
  }
  const find = (id: unknown) => nodes.get(json.number(id, 'a node')) ?? json.fail('a node names one that is not there');
  for (const value of list) {
    const node = find(value.id);
    if (value.parent !== undefined) {
      node.parent = find(value.parent);
    }
    for (const child of json.optionalArray(value.children, '`children`')) {
      find(child).parent = node;
    }
  }
  return nodes;
}

function writeStack(json: JsonFile, nodes: ReadonlyMap<number, V8Node>, id: number, stacks: StackWriter): number {
  let steps = 0;
  const leaf = nodes.get(id) ?? json.fail('a sample names a node that is not there');
  for (let node: V8Node | undefined = leaf; node !== undefined; node = node.parent) {
    if (node.frame !== undefined) {
      stacks.push(node.frame);
    }
    if (++steps > nodes.size) {
      json.fail('nodes that are their own ancestors');
    }
  }
  return stacks.leafFirst();
}

/**
 * The time before each sample, which is the sample's. V8 may write samples slightly out of order: a step back is taken from the
 * steps that follow.
 */
function elapsedNs(json: JsonFile, root: JsonObject): number[] {
  const samples = json.array(root.samples, '`samples`');
  const deltas = json.array(root.timeDeltas, '`timeDeltas`');
  if (deltas.length !== samples.length) {
    json.fail(`${samples.length} samples, but ${deltas.length} time deltas`);
  }
  let debt = 0;
  return deltas.map((value) => {
    const us = json.number(value, 'a time delta') + debt;
    debt = Math.min(0, us);
    return Math.round(Math.max(0, us) * nsPerUs);
  });
}

function durationNs(root: JsonObject): number {
  const us = numberOr(root.endTime, 0) - numberOr(root.startTime, 0);
  return us > 0 && us < Number.MAX_SAFE_INTEGER / nsPerUs ? Math.round(us * nsPerUs) : 0;
}
