import {
  joinSampleLabels,
  otherLabels,
  sampleLabelLine,
  sampleLabelLines,
  sampleLabelOf,
} from '../../src/model/sample-labels';
import { redactByKey } from './runtime-info';

/** Of one upload. */
export const maxLabelKeys = 50;
export const maxLabelValues = 500;

const other = '(other)';

/** Labels of an upload's samples as they are stored: values of secrets masked, what is beyond the limits as `(other)`. */
export class StoredLabels {
  private readonly values = new Map<string, Set<string>>();

  get isEmpty(): boolean {
    return this.values.size === 0;
  }

  of(text: string): string {
    return joinSampleLabels(sampleLabelLines(text).map((line) => this.line(...sampleLabelOf(line))));
  }

  private line(key: string, said: string): string {
    const value = redactByKey(key, said);
    const known = this.values.get(key) ?? new Set();
    if (!known.has(value) && known.size === maxLabelValues) {
      return sampleLabelLine(key, other);
    }
    if (known.size === 0 && this.values.size === maxLabelKeys) {
      return otherLabels;
    }
    this.values.set(key, known.add(value));
    return sampleLabelLine(key, value);
  }
}
