import type { Failing } from '../fail';

/** How a CPU profile writes its numbers: as words of the profiled machine. */
export interface WordFormat {
  readonly bytes: 4 | 8;
  readonly littleEndian: boolean;
}

const formats: readonly WordFormat[] = [
  { bytes: 8, littleEndian: true },
  { bytes: 4, littleEndian: true },
  { bytes: 8, littleEndian: false },
  { bytes: 4, littleEndian: false },
];

/** Words of the header that follow the first two: version, period in µs, padding. */
export const leastHeaderWords = 3;
/** Later versions may say more; none does. */
const mostHeaderWords = 1000;

/** The header's first word is 0, the second the number of words that follow; undefined = not a CPU profile. */
export function wordFormat(bytes: Uint8Array, start: number): WordFormat | undefined {
  return formats.find((format) => {
    const words = new Words(bytes, start, format);
    if (start + 5 * format.bytes > bytes.length) {
      return false;
    }
    const [zero, header, version, periodUs] = [words.next(), words.next(), words.next(), words.next()];
    return (
      zero === 0n &&
      header >= leastHeaderWords &&
      header < mostHeaderWords &&
      version <= 1n &&
      periodUs > 0n &&
      periodUs < 1n << 31n
    );
  });
}

/** Reads words one after another. */
export class Words {
  private readonly view: DataView;

  constructor(
    bytes: Uint8Array,
    public at: number,
    private readonly format: WordFormat,
    private readonly source?: Failing
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Words that are left. */
  get left(): number {
    return Math.floor((this.view.byteLength - this.at) / this.format.bytes);
  }

  next(): bigint {
    const { at, format, view } = this;
    if (at + format.bytes > view.byteLength) {
      return this.source?.fail('cut off') ?? 0n;
    }
    this.at = at + format.bytes;
    return format.bytes === 8
      ? view.getBigUint64(at, format.littleEndian)
      : BigInt(view.getUint32(at, format.littleEndian));
  }
}
