/** A binary in the memory of the profiled process: addresses [start, end). */
export interface MappedFile {
  readonly start: bigint;
  readonly end: bigint;
  readonly fileOffset: bigint;
  readonly path: string;
}

/** `00402000-00404000 r-xp 00002000 00:00 1368068     /opt/demo` */
const mapsLine = /^\s*([0-9a-f]{1,16})-([0-9a-f]{1,16})\s+([-rwxsp]{3,4})\s+([0-9a-f]{1,16})\s+\S+\s+\d+\s*(.*)$/i;

/** A line of `/proc/PID/maps`; undefined for others and for memory that holds no code. */
export function mappedFile(line: string): MappedFile | undefined {
  const found = line.length > 10_000 ? null : mapsLine.exec(line);
  if (!found?.[3].includes('x')) {
    return undefined;
  }
  const [, start, end, , offset, path] = found;
  return { start: BigInt(`0x${start}`), end: BigInt(`0x${end}`), fileOffset: BigInt(`0x${offset}`), path: path.trim() };
}

/** Finds the binary of an address. */
export class MemoryMap {
  private readonly files: readonly MappedFile[];

  constructor(files: readonly MappedFile[]) {
    this.files = [...files].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  }

  find(address: bigint): MappedFile | undefined {
    let low = 0;
    let high = this.files.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.files[middle].start <= address) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    const file = this.files[low - 1];
    return file !== undefined && address < file.end ? file : undefined;
  }
}
