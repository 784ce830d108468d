import { gunzipSync } from 'node:zlib';
import { decompress as unzstd } from 'fzstd';
import { Function as PprofFunction, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format';

const maxFileBytes = 256 * 1024 * 1024;

/** A part of an upload, if it is a CPU profile as Go's runtime writes it, with the first lines of functions. */
export function goCpuProfile(bytes: Uint8Array): Profile | undefined {
  try {
    const profile = Profile.decode(decompressed(bytes));
    const types = profile.sampleType.map(({ type, unit }) => `${textAt(profile, type)}/${textAt(profile, unit)}`);
    return types.includes('cpu/nanoseconds') && profile.function.some(({ startLine }) => Number(startLine) > 0)
      ? profile
      : undefined;
  } catch {
    return undefined; // another format
  }
}

function decompressed(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    return gunzipSync(bytes, { maxOutputLength: maxFileBytes });
  }
  const isZstd = bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd;
  return isZstd ? unzstd(bytes) : bytes;
}

function textAt({ stringTable }: Profile, index: number | bigint): string {
  return stringTable.strings[Number(index)] ?? '';
}

interface Frame {
  readonly name: string;
  readonly systemName: string;
  readonly file: string;
  readonly startLine: number;
  readonly line: number;
}

/**
 * CPU profiles of Go programs as one for `go build -pgo`: samples and CPU time of every stack. It is made of the files as they came,
 * because the compiler finds call sites by their distance from the first line of the function, which the store's tables don't hold.
 */
export class PgoMerger {
  private readonly stringTable = new StringTable();
  private readonly functions: PprofFunction[] = [];
  private readonly locations: Location[] = [];
  private readonly samples = new Map<string, { locationId: number[]; count: number; cpuNs: number }>();
  private readonly functionIds = new Map<string, number>();
  private readonly locationIds = new Map<string, number>();

  add(profile: Profile): void {
    const type = (wanted: string) => profile.sampleType.findIndex((one) => textAt(profile, one.type) === wanted);
    const [count, cpu] = [type('samples'), type('cpu')];
    const locations = this.locationsOf(profile);
    for (const sample of profile.sample) {
      const locationId = sample.locationId.flatMap((id) => locations.get(Number(id)) ?? []);
      const key = locationId.join(' ');
      const sum = this.samples.get(key) ?? { locationId, count: 0, cpuNs: 0 };
      sum.count += count < 0 ? 1 : Number(sample.value[count]);
      sum.cpuNs += Number(sample.value[cpu]);
      this.samples.set(key, sum);
    }
  }

  file(): Uint8Array {
    const type = (name: string, unit: string) =>
      new ValueType({ type: this.stringTable.dedup(name), unit: this.stringTable.dedup(unit) });
    const sample = [...this.samples.values()].map(
      ({ locationId, count, cpuNs }) => new Sample({ locationId, value: [count, cpuNs] })
    );
    return new Profile({
      sampleType: [type('samples', 'count'), type('cpu', 'nanoseconds')],
      sample,
      location: this.locations,
      function: this.functions,
      stringTable: this.stringTable,
      periodType: type('cpu', 'nanoseconds'),
      period: 10_000_000,
    }).encode();
  }

  private locationsOf(profile: Profile): Map<number, number> {
    const functions = new Map(profile.function.map((one) => [Number(one.id), one]));
    const frameOf = ({ functionId, line }: Line): Frame[] => {
      const found = functions.get(Number(functionId));
      return found === undefined
        ? []
        : [
            {
              name: textAt(profile, found.name),
              systemName: textAt(profile, found.systemName),
              file: textAt(profile, found.filename),
              startLine: Number(found.startLine),
              line: Number(line),
            },
          ];
    };
    return new Map(profile.location.map(({ id, line }) => [Number(id), this.locationId(line.flatMap(frameOf))]));
  }

  /** Inlined functions share a location, innermost first. */
  private locationId(frames: readonly Frame[]): number {
    const lines = frames.map((frame) => ({ functionId: this.functionId(frame), line: frame.line }));
    const key = lines.map(({ functionId, line }) => `${functionId}:${line}`).join(' ');
    const id = this.locationIds.get(key) ?? this.locations.length + 1;
    if (id > this.locations.length) {
      this.locationIds.set(key, id);
      this.locations.push(new Location({ id, line: lines.map((line) => new Line(line)) }));
    }
    return id;
  }

  private functionId({ name, systemName, file, startLine }: Frame): number {
    const key = JSON.stringify([name, file, startLine]);
    const id = this.functionIds.get(key) ?? this.functions.length + 1;
    if (id > this.functions.length) {
      const text = (value: string) => this.stringTable.dedup(value);
      this.functionIds.set(key, id);
      this.functions.push(
        new PprofFunction({ id, name: text(name), systemName: text(systemName), filename: text(file), startLine })
      );
    }
    return id;
  }
}
