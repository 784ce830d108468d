import type { Columns, Engine } from '../engines/engine';
import { halves } from './id-table';
import type { SampleScope } from './sql/samples';
import { framesStatement, stacksStatement, type StackChoice } from './sql/stacks';
import { StackStore } from './stack-store';

/** More missing stacks than this are fetched by the question that met them instead of one by one. */
const manyMissing = 100;
const unknownStack = 1;
const defaultBudgetBytes = 384 * 1024 * 1024;

/**
 * Stacks and frames that queries met, per tenant: content-addressed, so never stale. When all together pass the budget, the tenants
 * asked least recently go first, then the current one starts anew.
 */
export class StackCache {
  private readonly stores = new Map<string, StackStore>();

  constructor(
    private readonly engine: Engine,
    private readonly budgetBytes = defaultBudgetBytes
  ) {}

  /** A tenant's store. A query keeps the one it got to its end, so that all its indexes mean the same. */
  open(tenant: string): StackStore {
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

  get sizeBytes(): number {
    return [...this.stores.values()].reduce((sum, store) => sum + store.sizeBytes, 0);
  }

  /** Indexes of stacks in the store, after fetching those it lacks. */
  async load(
    store: StackStore,
    scope: SampleScope,
    ids: ArrayLike<bigint>,
    signal?: AbortSignal
  ): Promise<Uint32Array> {
    const keys = halves(ids);
    const missing = missingIds(store, ids, keys);
    if (missing.length > 0) {
      await this.fetch(store, choiceOf(scope, missing), signal);
    }
    return Uint32Array.from({ length: ids.length }, (_, i) => {
      const index = store.indexOfStack(keys[i * 2], keys[i * 2 + 1]);
      return index < 0 ? unknownStack : index;
    });
  }

  private async fetch(store: StackStore, choice: StackChoice, signal?: AbortSignal): Promise<void> {
    const [stacks, frames] = await Promise.all([
      this.engine.select(stacksStatement(choice), { signal }),
      this.engine.select(framesStatement(choice), { signal }),
    ]);
    addFrames(store, frames);
    addStacks(store, stacks);
  }
}

function choiceOf(scope: SampleScope, missing: readonly bigint[]): StackChoice {
  const { services, uploads } = scope;
  return missing.length > manyMissing ? { scope } : { tenant: uploads.tenant, services, stacks: missing };
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

function frameIndexes(store: StackStore, ids: ReturnType<Columns['arrays']>[number]): Uint32Array {
  const keys = halves(
    ids instanceof BigUint64Array ? ids : BigUint64Array.from({ length: ids.length }, (_, i) => BigInt(ids[i]))
  );
  return Uint32Array.from({ length: ids.length }, (_, i) =>
    Math.max(0, store.indexOfFrame(keys[i * 2], keys[i * 2 + 1]))
  );
}
