import { Scratch } from './scratch';
import { grown } from './sequence-table';
import { isDetail, methodLabel, noStack, type StackDictionary } from './stack-dictionary';

const noStackKey = 0xffffffff;

/**
 * The stacks of a dictionary that only grows, as one tree of labels, made as stacks are asked for. Who merges the same stacks again then
 * takes a step for a node instead of a search for a frame. Node 0 is the root; two frames are one node when parent and label agree.
 */
export class StackTrie {
  parent = new Int32Array(1024);
  /** For sums over the nodes. */
  readonly scratch = new Scratch();
  private length = 1;
  private key = new Uint32Array(1024);
  /** Open addressing over (parent, key of the label). */
  private slots = new Int32Array(4096).fill(-1);
  /** By stack; 0 = not made yet. */
  private leaf = new Int32Array(1024);

  /** Number of nodes. */
  get size(): number {
    return this.length;
  }

  get sizeBytes(): number {
    return (this.parent.length * 2 + this.slots.length + this.leaf.length) * 4 + this.scratch.sizeBytes;
  }

  /** The node that a stack ends in. */
  leafOf(dictionary: StackDictionary, stack: number): number {
    this.leaf = grown(this.leaf, stack + 1);
    return this.leaf[stack] || (this.leaf[stack] = this.add(dictionary, stack));
  }

  /** What a node is called; not for the root. */
  labelOf({ strings }: StackDictionary, node: number): string {
    const key = this.key[node];
    return key === noStackKey ? noStack : methodLabel(strings[key >>> 1], (key & 1) === 1);
  }

  private add({ frames, stacks }: StackDictionary, stack: number): number {
    const start = stacks.offset[stack];
    const end = stacks.offset[stack + 1];
    if (start === end) {
      return this.child(0, noStackKey);
    }
    let node = 0;
    for (let at = end - 1; at >= start; at--) {
      const frame = stacks.frame[at];
      // A detail value is another node than a method of that name.
      node = this.child(node, frames.method[frame] * 2 + (isDetail(frames, frame) ? 1 : 0));
    }
    return node;
  }

  private child(parent: number, key: number): number {
    const mask = this.slots.length - 1;
    let slot = hash(parent, key) & mask;
    for (let node = this.slots[slot]; node >= 0; node = this.slots[slot]) {
      if (this.parent[node] === parent && this.key[node] === key) {
        return node;
      }
      slot = (slot + 1) & mask;
    }
    const node = this.append(parent, key);
    this.slots[slot] = node;
    if (this.length * 2 > this.slots.length) {
      this.rehash();
    }
    return node;
  }

  private append(parent: number, key: number): number {
    if (this.length === this.parent.length) {
      const size = this.length * 2;
      this.parent = grown(this.parent, size);
      this.key = grown(this.key, size);
    }
    const node = this.length++;
    this.parent[node] = parent;
    this.key[node] = key;
    return node;
  }

  private rehash(): void {
    this.slots = new Int32Array(this.slots.length * 2).fill(-1);
    const mask = this.slots.length - 1;
    for (let node = 1; node < this.length; node++) {
      let slot = hash(this.parent[node], this.key[node]) & mask;
      while (this.slots[slot] >= 0) {
        slot = (slot + 1) & mask;
      }
      this.slots[slot] = node;
    }
  }
}

function hash(parent: number, key: number): number {
  const mixed = Math.imul(parent ^ Math.imul(key, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
