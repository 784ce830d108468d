import { type FrameNames, frameNames } from '../../src/model/frame-names';
import type { Language } from '../../src/model/language';
import type { FrameIndex, FrameKind, ReaderLimits } from '../../src/model/profile';
import type { ProfileBuilder } from '../../src/model/profile-builder';
import type { Failing } from './fail';
import type { MappedFile } from './memory-map';

/** A frame as files write it; absent = not said. */
export interface NamedFrame {
  readonly name: string;
  readonly file?: string;
  readonly line?: number;
  /** Path of the binary that holds the code. */
  readonly mapping?: string;
  readonly language?: Language | '';
  /** Overrules what the name and the paths tell. */
  readonly kind?: FrameKind;
}

/** What async-profiler appends: JIT-compiled, inlined, interpreted, compiled by C1, kernel. */
const profilerSuffix = /_\[([ji01k])\]$/;

/** Makes frames of names and addresses; what a name tells is worked out once. */
export class FrameMaker {
  private readonly names = new Map<string, FrameNames>();
  private readonly addresses = new Map<string, FrameIndex>();

  constructor(
    private readonly builder: ProfileBuilder,
    private readonly limits: ReaderLimits,
    private readonly source: Failing
  ) {}

  /** The frame of a function; how it was compiled is no part of its name. */
  named(frame: NamedFrame): FrameIndex {
    const suffix = profilerSuffix.exec(frame.name);
    const name = suffix ? frame.name.slice(0, suffix.index) : frame.name;
    const { builder } = this;
    const { file = '', line = 0, mapping = '', language = '' } = frame;
    const names = this.namesOf(name, file, mapping, language);
    return builder.frame({
      method: builder.string(name),
      className: builder.string(names.className),
      packageName: builder.string(names.packageName),
      library: builder.string(names.library),
      file: builder.string(file),
      line: line > 0 && line < 0x8000_0000 ? Math.floor(line) : 0,
      kind: frame.kind ?? (suffix?.[1] === 'k' ? 'kernel' : names.kind),
    });
  }

  private namesOf(name: string, file: string, mapping: string, language: Language | ''): FrameNames {
    const key = `${name}\n${file}\n${mapping}\n${language}`;
    const known = this.names.get(key);
    if (known !== undefined) {
      return known;
    }
    this.count();
    const names = frameNames({ name, file, mapping, language });
    this.names.set(key, names);
    return names;
  }

  /** Code without a name: `binary+0xaddress`, the address counted from the start of the file where that is known. */
  address(address: bigint, mapped: MappedFile | undefined): FrameIndex {
    return this.addressIn(mapped?.path ?? '', mapped ? address - mapped.start + mapped.fileOffset : address);
  }

  /** The same for an offset into a binary, or an address in nothing known. */
  addressIn(path: string, offset: bigint): FrameIndex {
    const binary = path.slice(path.lastIndexOf('/') + 1);
    const name = `${binary}${binary && '+'}0x${offset.toString(16)}`;
    return this.addresses.get(name) ?? this.addAddress(name, binary, path);
  }

  private addAddress(name: string, binary: string, path: string): FrameIndex {
    this.count();
    const { builder } = this;
    const { kind, library } = frameNames({ name: '', file: '', mapping: path, language: '' });
    const frame = builder.frame({
      method: builder.string(name),
      className: 0,
      packageName: 0,
      library: builder.string(kind === 'kernel' ? library : binary),
      file: 0,
      line: 0,
      kind: kind === 'kernel' ? 'kernel' : 'native',
    });
    this.addresses.set(name, frame);
    return frame;
  }

  private count(): void {
    if (this.names.size + this.addresses.size >= this.limits.locations) {
      this.source.fail(`more than ${this.limits.locations} functions`, 'tooLarge');
    }
  }
}
