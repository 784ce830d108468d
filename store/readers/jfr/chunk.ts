import type { ReaderLimits } from '../../../src/model/profile';
import { grown } from '../../../src/model/sequence-table';
import type { ChunkHeader } from './chunks';
import type { JfrCursor } from './cursor';
import { type JfrClass, type Metadata, readMetadata } from './metadata';
import { type Plan, Planner, type Values } from './plan';
import { Pools } from './pools';

const metadataType = 0;
const checkpointType = 1;

/** Where the events of one type are. */
export class EventSet {
  length = 0;
  private positions = new Uint32Array(16);

  constructor(readonly type: JfrClass) {}

  add(position: number): void {
    this.positions = grown(this.positions, this.length + 1);
    this.positions[this.length++] = position;
  }

  /** Reads event `index` into `values`. */
  read(index: number, cursor: JfrCursor, plan: Plan, values: Values): void {
    const start = this.positions[index];
    cursor.at = start;
    cursor.end = cursor.bytes.length;
    cursor.end = start + cursor.varint();
    cursor.skipVarint();
    values.read(plan, cursor);
  }
}

/** A chunk with its types, its constants, and where the events are that anyone wants. */
export interface Chunk {
  readonly header: ChunkHeader;
  readonly metadata: Metadata;
  readonly planner: Planner;
  readonly pools: Pools;
  readonly events: ReadonlyMap<string, EventSet>;
}

/** Reads everything of a chunk but its events, which are only found. */
export function readChunk(
  cursor: JfrCursor,
  header: ChunkHeader,
  isWanted: (event: string) => boolean,
  limits: ReaderLimits
): Chunk {
  cursor.at = header.metadataAt;
  const metadata = readMetadata(cursor, header.end);
  const wanted = new Map<number, EventSet>();
  for (const type of metadata.values()) {
    if (isWanted(type.name)) {
      wanted.set(type.id, new EventSet(type));
    }
  }
  const checkpoints = findEvents(cursor, header, wanted, limits);
  const planner = new Planner(metadata);
  const pools = new Pools(cursor, planner, limits);
  for (const position of checkpoints) {
    pools.readCheckpoint(position);
  }
  const events = new Map([...wanted.values()].filter(({ length }) => length > 0).map((set) => [set.type.name, set]));
  return { header, metadata, planner, pools, events };
}

/** Walks over all events; checkpoints, which their chain of offsets would find as well, are returned. */
function findEvents(
  cursor: JfrCursor,
  header: ChunkHeader,
  wanted: ReadonlyMap<number, EventSet>,
  limits: ReaderLimits
): number[] {
  const checkpoints: number[] = [];
  let found = 0;
  let at = header.start;
  cursor.end = header.end;
  while (at < header.end) {
    cursor.at = at;
    const size = cursor.varint();
    const type = cursor.varint();
    if (size < cursor.at - at || size > header.end - at) {
      cursor.at = at;
      cursor.fail(`an event of ${size} bytes`);
    }
    if (type === checkpointType) {
      checkpoints.push(at);
    } else if (type !== metadataType) {
      const set = wanted.get(type);
      if (set !== undefined) {
        set.add(at);
        found++;
      }
    }
    at += size;
  }
  if (found > limits.samples) {
    cursor.fail(`more than ${limits.samples} events`, 'tooLarge');
  }
  return checkpoints;
}
