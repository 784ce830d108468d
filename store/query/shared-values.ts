/** Values that differ in every upload must not fill the memory that sharing saves. */
const mostKnown = 5000;

/** One copy of what many uploads have alike: labels and types of a process are the same in all of its uploads. `textOf` tells equal values. */
export class SharedValues<T> {
  private readonly byText = new Map<string, T>();

  constructor(private readonly textOf: (value: T) => string) {}

  /** The value, or an equal one that was here before. */
  of(value: T): T {
    const text = this.textOf(value);
    const known = this.byText.get(text);
    if (known !== undefined) {
      return known;
    }
    if (this.byText.size >= mostKnown) {
      this.byText.clear();
    }
    this.byText.set(text, value);
    return value;
  }
}
