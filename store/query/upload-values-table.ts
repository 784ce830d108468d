import { grown } from '../../src/model/sequence-table';
import { IdTable } from './id-table';

/** A number per upload. */
export class UploadValuesTable {
  private readonly index = new IdTable();
  private values = new Float64Array(64);
  private length = 0;

  get isEmpty(): boolean {
    return this.length === 0;
  }

  get sizeBytes(): number {
    return this.index.sizeBytes + this.values.byteLength;
  }

  /** `low` and `high` are the halves of the upload's number. undefined = not known. */
  get(low: number, high: number): number | undefined {
    const at = this.index.get(low, high);
    return at < 0 ? undefined : this.values[at];
  }

  set(low: number, high: number, value: number): void {
    const known = this.index.get(low, high);
    const at = known < 0 ? this.length++ : known;
    this.values = grown(this.values, at + 1);
    this.values[at] = value;
    this.index.set(low, high, at);
  }
}
