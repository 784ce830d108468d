import type { Language } from '../../../src/model/language';
import { frameToWords, frameWords, type ProfileBuilder } from '../../../src/model/profile-builder';
import { namesOf, partOf } from './names';
import { Scratch } from './scratch';
import type { StringTable } from './strings';
import type { Functions, Mappings } from './symbols';
import { noText, type Text } from '../texts';

const frameTemplates = new Scratch();
const mappingOfFunction = new Scratch();

/** Makes frames; what a function's name tells is worked out once per function and binary. */
export class FrameMaker {
  /** `frameWords` per function, for the mapping in `mappingOf`. */
  private readonly words: Uint32Array;
  /** Mapping index + 2; 0 = the function was not seen yet. */
  private readonly mappingOf: Uint32Array;

  constructor(
    private readonly builder: ProfileBuilder,
    private readonly strings: StringTable,
    readonly functions: Functions,
    readonly mappings: Mappings,
    private readonly language: Language | ''
  ) {
    this.words = frameTemplates.zeroed(functions.length * frameWords);
    this.mappingOf = mappingOfFunction.zeroed(functions.length);
  }

  /** A function with a name. */
  ofLine(index: number, line: number, mapping: number): number {
    if (this.mappingOf[index] !== mapping + 2) {
      this.nameFunction(index, mapping);
      this.mappingOf[index] = mapping + 2;
    }
    return this.builder.frameOfWords(this.words, index * frameWords, line);
  }

  private nameFunction(index: number, mapping: number): void {
    const { strings, functions } = this;
    const name = strings.text(functions.name[index]);
    const file = strings.text(functions.file[index]);
    const names = namesOf(name, file, mapping < 0 ? noText : this.mappings.list[mapping].file, this.language);
    const fields = {
      method: this.string(name),
      className: this.string(names.className),
      packageName: this.string(names.packageName),
      library: this.string(names.library),
      file: this.string(file),
      line: 0,
      kind: names.kind,
    };
    frameToWords(fields, this.words, index * frameWords);
  }

  private string(text: Text): number {
    return this.strings.indexIn(this.builder, text);
  }

  /** Code without a name: `binary+0xaddress`, the address counted from the binary's start where that is known. */
  ofAddress(mapping: number, low: number, high: number): number {
    const address = high * 0x1_0000_0000 + low;
    const known = this.mappings.list[mapping];
    const path = known?.file.text ?? '';
    const binary = path.slice(path.lastIndexOf('/') + 1);
    const inside = known !== undefined && address >= known.memoryStart && address < known.memoryLimit;
    const offset = inside ? address - known.memoryStart + known.fileOffset : address;
    const library = this.string(partOf(binary));
    const method = this.builder.string(
      address === 0 ? '(unnamed)' : `${binary}${binary && '+'}0x${offset.toString(16)}`
    );
    return this.builder.frame({ method, className: 0, packageName: 0, library, file: 0, line: 0, kind: 'native' });
  }
}
