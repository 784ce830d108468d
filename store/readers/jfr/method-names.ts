import { jvmLibrary } from '../../../src/model/frame-names';
import type { FrameKind } from '../../../src/model/profile';
import { isRemembered, noText, Text } from '../texts';

interface JvmClass {
  readonly className: Text;
  readonly packageName: Text;
  readonly library: Text;
}

/** What a method is called, with what that was worked out from. */
export interface MethodNames extends JvmClass {
  readonly type: Text;
  readonly name: Text;
  readonly kind: FrameKind;
  readonly method: Text;
}

/**
 * Methods recur in every recording of a service, and taking their names apart costs more than reading them: so the answers are
 * remembered, each in one of two places, where a newer one replaces it.
 */
const nameBits = 16;
const known = new Array<MethodNames | undefined>(1 << nameBits).fill(undefined);
const classes = new Map<Text, JvmClass>();
let added = 0;
/** Of all texts since everything was forgotten; the objects of a class count as `charactersOfClass`. */
let characters = 0;
const mostCharacters = 8_000_000;
const charactersOfClass = 128;

function count(more: number): void {
  characters += more;
  if (characters > mostCharacters) {
    characters = more;
    known.fill(undefined);
    classes.clear();
  }
}

/** `type` is the class as the JVM writes it, or the library of a native function. */
export function methodNames(type: Text, name: Text, kind: FrameKind): MethodNames {
  const slot = slotOf(type, name);
  for (let i = 0; i < 2; i++) {
    const found = known[slot ^ i];
    if (found !== undefined && found.name === name && found.type === type && found.kind === kind) {
      return found;
    }
  }
  const className = type.text.replaceAll('/', '.');
  const method = new Text(`${className}.${name.text}`, 0);
  const names = { type, name, kind, method, ...(kind === 'method' ? jvmClassOf(type) : nativeOf(type, kind)) };
  if (isRemembered(type) && isRemembered(name)) {
    count(method.text.length + type.text.length + name.text.length);
    known[known[slot] === undefined ? slot : slot ^ (++added & 1)] = names;
  }
  return names;
}

function slotOf(type: Text, name: Text): number {
  const hash = Math.imul(Math.imul(type.id, 0x9e3779b1) ^ name.id, 0x85ebca6b);
  return Math.imul(hash ^ (hash >>> 15), 0x9e3779b1) >>> (32 - nameBits);
}

function jvmClassOf(type: Text): JvmClass {
  const found = classes.get(type);
  if (found !== undefined) {
    return found;
  }
  const packageName = packageOfType(type.text);
  const made = {
    className: new Text(type.text.replaceAll('/', '.'), 0),
    packageName: new Text(packageName, 0),
    library: new Text(jvmLibrary(packageName), 0),
  };
  if (isRemembered(type)) {
    count(charactersOfClass + 3 * type.text.length);
    classes.set(type, made);
  }
  return made;
}

function nativeOf(type: Text, kind: FrameKind): JvmClass {
  const library = kind === 'kernel' ? 'kernel' : type.text.slice(type.text.lastIndexOf('/') + 1);
  return { className: noText, packageName: noText, library: new Text(library, 0) };
}

/** Hidden classes end with an address: `a/b/Shop$$Lambda$14/0x0000000800c8`. */
function packageOfType(type: string): string {
  const end = type.search(/\$\$|[/.+]0x/);
  const plain = (end < 0 ? type : type.slice(0, end)).replaceAll('/', '.');
  return plain.slice(0, Math.max(0, plain.lastIndexOf('.')));
}
