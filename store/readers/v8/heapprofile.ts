import { type FrameIndex, type Profile, ReaderError, type ReaderLimits } from '../../../src/model/profile';
import { ProfileBuilder } from '../../../src/model/profile-builder';
import { FrameMaker } from '../frames';
import { JsonFile, jsonOutline, numberOr } from '../json';
import type { Reader } from '../reader';
import { StackWriter } from '../stack-writer';
import { callFrame } from './call-frame';

/** V8's sampling heap profiles, as `node --heap-prof` and browsers write them: live bytes by the stack that allocated them. */
export const heapprofileReader: Reader = { format: 'heapprofile', sniff: looksLikeHeapprofile, read: readHeapprofile };

function looksLikeHeapprofile(bytes: Uint8Array): boolean {
  const { kind, keys } = jsonOutline(bytes);
  return kind === 'object' && keys.has('head');
}

interface Pending {
  readonly value: unknown;
  readonly parent: Ancestor | undefined;
}

interface Ancestor {
  readonly frame: FrameIndex;
  readonly parent: Ancestor | undefined;
}

function readHeapprofile(bytes: Uint8Array, limits: ReaderLimits): Profile {
  if (!looksLikeHeapprofile(bytes)) {
    throw new ReaderError('heapprofile', 0, 'not a V8 heap profile', 'notMine');
  }
  const json = new JsonFile(bytes, 'heapprofile');
  const builder = new ProfileBuilder([{ type: 'inuse_space', unit: 'bytes' }]);
  const maker = new FrameMaker(builder, limits, json);
  const stacks = new StackWriter(builder, limits, json);
  // A list instead of recursion: the tree is as deep as the program's stacks.
  const pending: Pending[] = [{ value: json.object(json.root, 'the file').head, parent: undefined }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const node = json.object(next.value, 'a node');
    const call = callFrame(json, node);
    const at = call.name === '(root)' ? next.parent : { frame: maker.named(call), parent: next.parent };
    const sizeBytes = Math.round(numberOr(node.selfSize, 0));
    if (sizeBytes !== 0) {
      for (let up = at; up !== undefined; up = up.parent) {
        stacks.push(up.frame);
      }
      stacks.sample(stacks.leafFirst(), 0, sizeBytes);
    }
    const children = json.optionalArray(node.children, '`children`');
    for (let i = children.length - 1; i >= 0; i--) {
      pending.push({ value: children[i], parent: at });
    }
  }
  return builder.finish();
}
