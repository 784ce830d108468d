import { HotspanError } from '../errors';

interface Waiting {
  readonly owner: string;
  readonly start: () => void;
}

/** Lets few queries run at a time; owners (tenants) take turns, so that a busy one doesn't starve the others. */
export class QueryQueue {
  private running = 0;
  private waiting: Waiting[] = [];
  private readonly lastTurn = new Map<string, number>();
  private turn = 0;

  constructor(
    private readonly concurrent = 4,
    private readonly maxWaiting = 200
  ) {}

  /** Runs `work` when its turn comes; `too_many_requests` if the queue is full, `cancelled` if the caller goes away first. */
  async run<T>(owner: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.enter(owner, signal);
    try {
      return await work();
    } finally {
      this.running--;
      this.next();
    }
  }

  private enter(owner: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) {
      throw new HotspanError('cancelled', 'the client went away');
    }
    if (this.running < this.concurrent) {
      this.begin(owner);
      return Promise.resolve();
    }
    if (this.waiting.length >= this.maxWaiting) {
      throw new HotspanError('too_many_requests', `${this.waiting.length} queries are waiting already`);
    }
    return new Promise((resolve, reject) => {
      const start = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const entry = { owner, start };
      const leave = () => {
        this.waiting = this.waiting.filter((other) => other !== entry);
        reject(new HotspanError('cancelled', 'the client went away'));
      };
      signal.addEventListener('abort', leave, { once: true });
      this.waiting.push(entry);
    });
  }

  private begin(owner: string): void {
    this.running++;
    this.lastTurn.set(owner, ++this.turn);
  }

  /** The owner that was served longest ago comes first, in its own order of arrival. */
  private next(): void {
    const turnOf = ({ owner }: Waiting) => this.lastTurn.get(owner) ?? 0;
    const first = this.waiting.reduce<Waiting | undefined>(
      (best, entry) => (best === undefined || turnOf(entry) < turnOf(best) ? entry : best),
      undefined
    );
    if (first === undefined) {
      this.lastTurn.clear();
      return;
    }
    this.waiting = this.waiting.filter((entry) => entry !== first);
    this.begin(first.owner);
    first.start();
  }
}
