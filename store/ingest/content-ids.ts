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
  const known = new FrameIds();
  return {
    frameIds: (frames, strings) => hashFrames(api, frames, strings, known),
    stackIds: (stacks, frameIds) => hashStacks(api, stacks, frameIds),
  };
}

function hashFrames(
  api: XXHashAPI,
  frames: FrameTable,
  strings: readonly string[],
  known: FrameIds
): BigUint64Array<ArrayBuffer> {
  const ids = new BigUint64Array(frames.length);
  const words = new Uint32Array(ids.buffer);
  for (let i = 0; i < frames.length; i++) {
    const method = strings[frames.method[i]];
    const className = strings[frames.className[i]];
    const packageName = strings[frames.packageName[i]];
    const library = strings[frames.library[i]];
    const file = strings[frames.file[i]];
    const line = frames.line[i];
    const kind = frames.kind[i];
    let frame = known.find(method, className, packageName, library, file, line, kind);
    if (frame === undefined) {
      ids[i] = api.h64([method, className, packageName, library, file, line, frameKinds[kind]].join('\0'), 0n);
      frame = { className, packageName, library, file, line, kind, low: words[i * 2], high: words[i * 2 + 1] };
      known.add(method, frame);
    } else {
      words[i * 2] = frame.low;
      words[i * 2 + 1] = frame.high;
    }
  }
  return ids;
}

interface KnownFrame {
  readonly className: string;
  readonly packageName: string;
  readonly library: string;
  readonly file: string;
  readonly line: number;
  readonly kind: number;
  readonly low: number;
  readonly high: number;
}

/** About 200 bytes each, their strings not counted; those of readers' caches are mostly the same objects. */
const mostFrames = 100_000;
const mostFramesOfMethod = 32;

/** Ids of frames that were hashed lately: uploads of one program repeat theirs. */
class FrameIds {
  private readonly byMethod = new Map<string, KnownFrame[]>();
  private count = 0;

  find(
    method: string,
    className: string,
    packageName: string,
    library: string,
    file: string,
    line: number,
    kind: number
  ): KnownFrame | undefined {
    const frames = this.byMethod.get(method);
    for (let i = 0; frames !== undefined && i < frames.length; i++) {
      const frame = frames[i];
      const isIt =
        frame.line === line &&
        frame.kind === kind &&
        frame.file === file &&
        frame.className === className &&
        frame.packageName === packageName &&
        frame.library === library;
      if (isIt) {
        return frame;
      }
    }
    return undefined;
  }

  add(method: string, frame: KnownFrame): void {
    if (this.count >= mostFrames) {
      this.byMethod.clear();
      this.count = 0;
    }
    const frames = this.byMethod.get(method);
    if (frames === undefined) {
      this.byMethod.set(method, [frame]);
      this.count++;
    } else if (frames.length < mostFramesOfMethod) {
      frames.push(frame);
      this.count++;
    }
  }
}

function hashStacks(api: XXHashAPI, stacks: StackTable, frameIds: BigUint64Array): BigUint64Array<ArrayBuffer> {
  const ids = new BigUint64Array(stacks.length);
  const frameWords = new Uint32Array(frameIds.buffer, frameIds.byteOffset, frameIds.length * 2);
  let buffer = new Uint32Array(512);
  for (let stack = 0; stack < stacks.length; stack++) {
    const from = stacks.offset[stack];
    const depth = stacks.offset[stack + 1] - from;
    if (depth === 0) {
      continue;
    }
    if (depth * 2 > buffer.length) {
      buffer = new Uint32Array(depth * 4);
    }
    for (let i = 0; i < depth; i++) {
      const frame = stacks.frame[from + i] * 2;
      buffer[i * 2] = frameWords[frame];
      buffer[i * 2 + 1] = frameWords[frame + 1];
    }
    ids[stack] = api.h64Raw(new Uint8Array(buffer.buffer, 0, depth * 8), 0n);
  }
  return ids;
}
