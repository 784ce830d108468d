/**
 * Values by name, bounded: when all together pass the budget, those that were asked for least recently go. One that takes more than a
 * quarter of it is not kept: it would drive out what many ask for.
 */
export class LatelyUsed<T> {
  private readonly entries = new Map<string, { readonly value: T; readonly bytes: number }>();
  private usedBytes = 0;

  constructor(
    private readonly budgetBytes: number,
    private readonly bytesOf: (value: T) => number
  ) {}

  get sizeBytes(): number {
    return this.usedBytes;
  }

  find(name: string): T | undefined {
    const entry = this.entries.get(name);
    if (entry !== undefined) {
      this.entries.delete(name);
      this.entries.set(name, entry);
    }
    return entry?.value;
  }

  /** Also of a value that grew. */
  keep(name: string, value: T): void {
    this.forget(name);
    const bytes = this.bytesOf(value) + 2 * name.length;
    if (bytes > this.budgetBytes / 4) {
      return;
    }
    this.entries.set(name, { value, bytes });
    this.usedBytes += bytes;
    for (const oldest of this.entries.keys()) {
      if (this.usedBytes <= this.budgetBytes) {
        break;
      }
      this.forget(oldest);
    }
  }

  private forget(name: string): void {
    this.usedBytes -= this.entries.get(name)?.bytes ?? 0;
    this.entries.delete(name);
  }
}
