import { setTimeout } from 'node:timers/promises';
import type { Columns, Engine } from '../engines/engine';
import { halves } from './id-table';
import {
  framesStatement,
  stackCountStatement,
  stackShareStatement,
  stacksStatement,
  type StackPlaces,
} from './sql/stacks';
import { StackStore } from './stack-store';

/** More missing stacks than this are read as all stacks of their services, which is faster than by their ids. */
const manyMissing = 20_000;
/** So many stacks are read at once: 30 frames each are 12 MB. */
const stacksPerRead = 50_000;
const framesPerRead = 50_000;
/** Services with more rows of stacks in the days around are not read ahead: 40 MB. */
const mostReadAhead = 300_000;
const stacksPerShare = 3000;
/** Nothing is read ahead for so long after a question for samples came. */
const idleMs = 500;
const daySeconds = 86_400;
const defaultBudgetBytes = 384 * 1024 * 1024;

/**
 * Stacks and frames that queries met, per tenant: content-addressed, so never stale. When all together pass the budget, the tenants
 * asked least recently go first, then the current one starts anew.
 */
export class StackCache {
  private readonly stores = new Map<string, StackStore>();
  private inBackground: Promise<void> = Promise.resolve();
  private openedMs = 0;

  constructor(
    private readonly engine: Pick<Engine, 'select'>,
    private readonly budgetBytes = defaultBudgetBytes
  ) {}

  /** A tenant's store. A query keeps the one it got to its end, so that all its indexes mean the same. */
  open(tenant: string): StackStore {
    this.openedMs = performance.now();
    const store = this.stores.get(tenant) ?? new StackStore();
    this.stores.delete(tenant);
    this.stores.set(tenant, store);
    for (const [oldest] of this.stores) {
      if (this.sizeBytes <= this.budgetBytes) {
        break;
      }
      this.stores.delete(oldest);
    }
    return store;
  }

  /** A tenant's store if questions opened one. */
  peek(tenant: string): StackStore | undefined {
    return this.stores.get(tenant);
  }

  get sizeBytes(): number {
    return [...this.stores.values()].reduce((sum, store) => sum + store.sizeBytes, 0);
  }

  /** Indexes of stacks in the store, after fetching those it lacks. */
  async load(
    store: StackStore,
    places: StackPlaces,
    ids: ArrayLike<bigint>,
    signal?: AbortSignal
  ): Promise<Uint32Array> {
    const missing = missingIds(store, ids, halves(ids));
    if (missing.length > 0) {
      await this.fetch(store, places, missing, signal);
    }
    return store.indexesOfStacks(ids);
  }

  /**
   * Begins to read all stacks of the places' services and days, in the background, in small shares and while no questions come, where it
   * has not been done: who looks at one span looks at others, and each would wait for stacks that none before had.
   */
  readDayAhead(store: StackStore, places: StackPlaces): void {
    const key = JSON.stringify([places.services, Math.floor(places.lastHour / daySeconds)]);
    if (!store.daysReadAhead.has(key)) {
      store.daysReadAhead.add(key);
      const read = () => this.readShares(store, places);
      // Whoever needs such a stack asks for it; what fails here is tried at the next question.
      this.inBackground = this.inBackground.then(read).catch(() => void store.daysReadAhead.delete(key));
    }
  }

  private async readShares(store: StackStore, places: StackPlaces): Promise<void> {
    const [found] = Array.from((await this.engine.select(stackCountStatement(places))).numbers('found'));
    const shares = found > mostReadAhead ? 0 : Math.ceil(found / stacksPerShare);
    for (let part = 0; part < shares && this.sizeBytes < this.budgetBytes / 2; part++) {
      await this.untilIdle();
      if (this.peek(places.uploads.tenant) !== store) {
        return; // it went, and what is read for it is nobody's
      }
      const stacks = await this.engine.select(stackShareStatement(places, { part, of: shares }));
      await this.add(store, places.uploads.tenant, stacks);
    }
  }

  private async untilIdle(): Promise<void> {
    for (let left = this.idleInMs(); left > 0; left = this.idleInMs()) {
      await setTimeout(left, undefined, { ref: false });
    }
  }

  private idleInMs(): number {
    return this.openedMs + idleMs - performance.now();
  }

  private async fetch(
    store: StackStore,
    places: StackPlaces,
    missing: readonly bigint[],
    signal?: AbortSignal
  ): Promise<void> {
    const shares = missing.length > manyMissing ? Math.ceil(missing.length / stacksPerRead) : 0;
    for (let part = 0; part < shares; part++) {
      const stacks = await this.engine.select(stackShareStatement(places, { part, of: shares }), { signal });
      await this.add(store, places.uploads.tenant, stacks, signal);
    }
    // Late uploads' stacks lie in other days.
    for (const near of shares === 0 ? [true, false] : [false]) {
      const left = missingIds(store, missing, halves(missing));
      for (let at = 0; at < left.length; at += manyMissing) {
        const statement = stacksStatement(places, left.slice(at, at + manyMissing), { near });
        await this.add(store, places.uploads.tenant, await this.engine.select(statement, { signal }), signal);
      }
    }
  }

  /** Adds stacks, after the frames that they need. */
  private async add(store: StackStore, tenant: string, stacks: Columns, signal?: AbortSignal): Promise<void> {
    const missing = missingFrames(store, stacks);
    for (let at = 0; at < missing.length; at += framesPerRead) {
      const statement = framesStatement(tenant, missing.slice(at, at + framesPerRead));
      addFrames(store, await this.engine.select(statement, { signal }));
    }
    addStacks(store, stacks);
  }
}

function missingIds(store: StackStore, ids: ArrayLike<bigint>, keys: Uint32Array): bigint[] {
  const missing = new Set<bigint>();
  for (let i = 0; i < ids.length; i++) {
    if (store.indexOfStack(keys[i * 2], keys[i * 2 + 1]) < 0) {
      missing.add(ids[i]);
    }
  }
  return [...missing];
}

function missingFrames(store: StackStore, stacks: Columns): bigint[] {
  const missing = new Set<bigint>();
  for (const ids of stacks.arrays('frames')) {
    const keys = halvesOf(ids);
    for (let i = 0; i < ids.length; i++) {
      if (store.indexOfFrame(keys[i * 2], keys[i * 2 + 1]) < 0) {
        missing.add(BigInt(ids[i]));
      }
    }
  }
  return [...missing];
}

function addFrames(store: StackStore, frames: Columns): void {
  const keys = halves(frames.bigints('frame'));
  const [method, className, packageName, library, file, kind] = [
    'method',
    'class',
    'package',
    'library',
    'file',
    'kind',
  ].map((name) => frames.strings(name));
  const line = frames.numbers('line');
  for (let i = 0; i < frames.rows; i++) {
    if (store.indexOfFrame(keys[i * 2], keys[i * 2 + 1]) < 0) {
      store.addFrame(keys[i * 2], keys[i * 2 + 1], {
        method: method[i],
        className: className[i],
        packageName: packageName[i],
        library: library[i],
        file: file[i],
        line: line[i],
        kind: kind[i],
      });
    }
  }
}

function addStacks(store: StackStore, stacks: Columns): void {
  const keys = halves(stacks.bigints('stack'));
  const frames = stacks.arrays('frames');
  for (let i = 0; i < stacks.rows; i++) {
    if (store.indexOfStack(keys[i * 2], keys[i * 2 + 1]) < 0) {
      store.addStack(keys[i * 2], keys[i * 2 + 1], frameIndexes(store, frames[i]));
    }
  }
}

type IdArray = ReturnType<Columns['arrays']>[number];

function frameIndexes(store: StackStore, ids: IdArray): Uint32Array {
  const keys = halvesOf(ids);
  // A loop: `from` with a function takes four times as long, and there are millions of frames.
  const indexes = new Uint32Array(ids.length);
  for (let i = 0; i < indexes.length; i++) {
    indexes[i] = Math.max(0, store.indexOfFrame(keys[i * 2], keys[i * 2 + 1]));
  }
  return indexes;
}

function halvesOf(ids: IdArray): Uint32Array {
  return halves(
    ids instanceof BigUint64Array ? ids : BigUint64Array.from({ length: ids.length }, (_, i) => BigInt(ids[i]))
  );
}
