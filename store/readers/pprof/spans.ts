/** More are given back after a reading. */
const keptSpans = 1 << 16;

/** Where the messages of one kind lie: message i is bytes [start[i], end[i]). One reading after another uses the same arrays. */
export class Spans {
  length = 0;
  /** More are refused. */
  limit = 0;
  start = new Uint32Array(32);
  end = new Uint32Array(32);

  constructor(readonly name: string) {}

  clear(limit: number): void {
    this.length = 0;
    this.limit = limit;
    if (this.start.length > keptSpans) {
      this.start = new Uint32Array(32);
      this.end = new Uint32Array(32);
    }
  }

  add(start: number, end: number): void {
    if (this.length === this.start.length) {
      this.grow();
    }
    this.start[this.length] = start;
    this.end[this.length++] = end;
  }

  private grow(): void {
    const { start, end } = this;
    this.start = new Uint32Array(start.length * 2);
    this.start.set(start);
    this.end = new Uint32Array(end.length * 2);
    this.end.set(end);
  }
}
