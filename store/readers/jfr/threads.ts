import type { Chunk } from './chunk';
import { toSigned } from './cursor';
import type { EventReader } from './event';
import type { Pool } from './pools';

const threadColumn = { javaName: 0, osName: 1, osThreadId: 2, javaThreadId: 3 };

/** Names of a chunk's threads, and numbers that are the same in all chunks. */
export class ThreadKeys {
  private readonly keys: number[] = [];
  private readonly names: string[] = [];

  private readonly pool: Pool | undefined;

  constructor(private readonly chunk: Chunk) {
    this.pool = chunk.pools.named('java.lang.Thread');
  }

  /** Index of the event's thread in the pool of threads, -1 = none. */
  indexOf({ values }: EventReader, slot: number): number {
    return this.pool === undefined ? -1 : this.pool.keys.find(values.low[slot], values.high[slot]);
  }

  /**
   * The operating system's id, which the JDK and native profilers both know, else Java's as a negative number (virtual threads);
   * 0 = no thread.
   */
  keyAt(index: number): number {
    return index < 0 ? 0 : (this.keys[index] ??= this.number(threadColumn.osThreadId, index) || -this.javaId(index));
  }

  /** What the thread is called: Java's name, else the system's, else its number. */
  nameAt(index: number): string {
    return (this.names[index] ??= this.makeName(index));
  }

  private makeName(index: number): string {
    const { pool } = this;
    const { pools } = this.chunk;
    if (pool === undefined) {
      return '';
    }
    const text = (column: number) => pools.text(pool, column, index).text;
    const name = text(threadColumn.javaName) || text(threadColumn.osName);
    const id = this.javaId(index) || this.number(threadColumn.osThreadId, index);
    return name !== '' || id === 0 ? name : String(id);
  }

  private javaId(index: number): number {
    return this.number(threadColumn.javaThreadId, index);
  }

  private number(column: number, index: number): number {
    const found = this.pool?.columns[column];
    return found === undefined ? 0 : toSigned(found.low[index] ?? 0, found.high[index] ?? 0);
  }
}
