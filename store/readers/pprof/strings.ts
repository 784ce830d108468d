import type { ProfileBuilder } from '../../../src/model/profile-builder';
import type { ProtobufCursor } from '../protobuf';
import type { Spans } from './spans';
import { newReading, type Text, textOf } from '../texts';

/** A pprof string table; what nobody asks for isn't decoded. */
export class StringTable {
  readonly length: number;
  private readonly texts: Array<Text | undefined>;
  private readonly reading = newReading();

  constructor(
    private readonly cursor: ProtobufCursor,
    readonly spans: Spans
  ) {
    this.length = spans.length;
    if (this.length === 0) {
      cursor.fail('no string table');
    }
    if (spans.start[0] !== spans.end[0]) {
      cursor.fail('the first string is not empty');
    }
    this.texts = new Array<Text | undefined>(this.length).fill(undefined);
  }

  get(index: number): string {
    return this.text(index).text;
  }

  text(index: number): Text {
    const known = this.texts[index];
    if (known !== undefined) {
      return known;
    }
    const { start, end } = this.spans;
    return (this.texts[index] = textOf(this.cursor.bytes, start[index], end[index]));
  }

  /** The index of a text in the builder's strings, which are those of this reading. */
  indexIn(builder: ProfileBuilder, text: Text): number {
    if (text.reading !== this.reading) {
      text.reading = this.reading;
      text.index = builder.tableString(text.text);
    }
    return text.index;
  }
}
