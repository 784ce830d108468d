/**
 * Recognises repeated uploads by their content key. An upload is announced before it is written, so a copy that arrives
 * meanwhile waits for the first one and gets its id.
 */
export class Duplicates {
  private readonly inFlight = new Map<string, Promise<string>>();
  /** Oldest first. */
  private readonly known = new Map<string, { readonly id: string; readonly receivedMs: number }>();

  constructor(
    private readonly windowMs: number,
    private readonly maxKeys: number
  ) {}

  /** The id of an earlier upload with this key, else what `store` returns. */
  async once(
    key: string,
    receivedMs: number,
    store: () => Promise<string>
  ): Promise<{ id: string; repeated: boolean }> {
    this.forget(receivedMs);
    const earlier = this.known.get(key)?.id ?? this.inFlight.get(key);
    if (earlier !== undefined) {
      return { id: await earlier, repeated: true };
    }
    const stored = store();
    this.inFlight.set(key, stored);
    try {
      const id = await stored;
      this.remember(key, id, receivedMs);
      return { id, repeated: false };
    } finally {
      this.inFlight.delete(key);
    }
  }

  remember(key: string, id: string, receivedMs: number): void {
    if (!this.known.has(key)) {
      this.known.set(key, { id, receivedMs });
    }
  }

  private forget(nowMs: number): void {
    for (const [key, { receivedMs }] of this.known) {
      if (receivedMs > nowMs - this.windowMs && this.known.size <= this.maxKeys) {
        break;
      }
      this.known.delete(key);
    }
  }
}
