import { frameNames, languageOfFile } from '../../../src/model/frame-names';
import type { Language } from '../../../src/model/language';
import type { FrameKind } from '../../../src/model/profile';
import { isRemembered, noText, Text } from '../texts';

/** What the name of a function tells, with what it was worked out from. */
export interface FunctionNames {
  readonly name: Text;
  readonly file: Text;
  readonly mapping: Text;
  readonly language: Language | '';
  readonly className: Text;
  readonly packageName: Text;
  readonly library: Text;
  readonly kind: FrameKind;
}

/**
 * Functions recur in every upload of a service, and taking names apart costs more than reading the file: so the answers are
 * remembered, each in one of two places, where a newer one replaces it.
 */
const nameBits = 16;
const known = new Array<FunctionNames | undefined>(1 << nameBits).fill(undefined);
/** Classes, packages and libraries: one object for each text, for as long as any of `known` may name it. */
const parts = new Map<string, Text>();
const maxParts = 60_000;
/** Of all texts since everything was forgotten. */
let characters = 0;
const mostCharacters = 8_000_000;
let added = 0;

/** After a reading, not within one, which must not see two objects for one text. */
export function boundNames(): void {
  if (parts.size > maxParts || characters > mostCharacters) {
    characters = 0;
    parts.clear();
    known.fill(undefined);
  }
}

export function namesOf(name: Text, file: Text, mapping: Text, language: Language | ''): FunctionNames {
  const slot = slotOf(name, file, mapping);
  for (let i = 0; i < 2; i++) {
    const found = known[slot ^ i];
    if (
      found !== undefined &&
      found.name === name &&
      found.file === file &&
      found.mapping === mapping &&
      found.language === language
    ) {
      return found;
    }
  }
  const names = takeApart(name, file, mapping, language);
  if (isRemembered(name) && isRemembered(file) && isRemembered(mapping)) {
    characters += name.text.length + file.text.length + mapping.text.length;
    known[known[slot] === undefined ? slot : slot ^ (++added & 1)] = names;
  }
  return names;
}

function slotOf(name: Text, file: Text, mapping: Text): number {
  const hash = Math.imul(Math.imul(name.id, 0x9e3779b1) ^ file.id, 0x85ebca6b);
  return Math.imul((hash ^ (hash >>> 15)) + mapping.id, 0x9e3779b1) >>> (32 - nameBits);
}

function takeApart(name: Text, file: Text, mapping: Text, language: Language | ''): FunctionNames {
  const names = frameNames({ name: name.text, file: file.text, mapping: mapping.text, language });
  return {
    name,
    file,
    mapping,
    language,
    className: partOf(names.className),
    packageName: partOf(names.packageName),
    library: partOf(names.library),
    kind: names.kind,
  };
}

/** The text of a part of a name. */
export function partOf(text: string): Text {
  if (text === '') {
    return noText;
  }
  let part = parts.get(text);
  if (part === undefined) {
    part = new Text(text, 0);
    parts.set(text, part);
    characters += text.length;
  }
  return part;
}

/** The language that a source file's name shows. */
export function languageOf(file: Text): Language | '' {
  return (file.language ??= languageOfFile(file.text));
}
