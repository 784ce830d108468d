import xxhash, { type XXHashAPI } from 'xxhash-wasm';
import { frameKinds, type FrameTable, type StackTable } from '../../src/model/profile';

/** Content ids of frames and stacks, exactly as docs/formats/tables.md says. One hasher per thread, made once. */
export interface ContentHasher {
  frameIds(frames: FrameTable, strings: readonly string[]): BigUint64Array<ArrayBuffer>;
  /** Id of every stack; the empty stack is 0. */
  stackIds(stacks: StackTable, frameIds: BigUint64Array): BigUint64Array<ArrayBuffer>;
}

export async function makeContentHasher(): Promise<ContentHasher> {
  const api = await xxhash();
  return {
    frameIds: (frames, strings) => hashFrames(api, frames, strings),
    stackIds: (stacks, frameIds) => hashStacks(api, stacks, frameIds),
  };
}

function hashFrames(api: XXHashAPI, frames: FrameTable, strings: readonly string[]): BigUint64Array<ArrayBuffer> {
  const ids = new BigUint64Array(frames.length);
  for (let i = 0; i < frames.length; i++) {
    const text = [
      strings[frames.method[i]],
      strings[frames.className[i]],
      strings[frames.packageName[i]],
      strings[frames.library[i]],
      strings[frames.file[i]],
      frames.line[i],
      frameKinds[frames.kind[i]],
    ].join('\0');
    ids[i] = api.h64(text, 0n);
  }
  return ids;
}

function hashStacks(api: XXHashAPI, stacks: StackTable, frameIds: BigUint64Array): BigUint64Array<ArrayBuffer> {
  const ids = new BigUint64Array(stacks.length);
  let buffer = new BigUint64Array(256);
  for (let stack = 0; stack < stacks.length; stack++) {
    const from = stacks.offset[stack];
    const depth = stacks.offset[stack + 1] - from;
    if (depth === 0) {
      continue;
    }
    if (depth > buffer.length) {
      buffer = new BigUint64Array(depth * 2);
    }
    for (let i = 0; i < depth; i++) {
      buffer[i] = frameIds[stacks.frame[from + i]];
    }
    ids[stack] = api.h64Raw(new Uint8Array(buffer.buffer, 0, depth * 8), 0n);
  }
  return ids;
}
