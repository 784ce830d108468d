const primitives: Readonly<Record<string, string>> = {
  B: 'byte',
  C: 'char',
  D: 'double',
  F: 'float',
  I: 'int',
  J: 'long',
  S: 'short',
  Z: 'boolean',
};

/** A class as people write it: `[[B` → `byte[][]`, `java/lang/String` → `java.lang.String`. */
export function readableClass(name: string): string {
  const [, brackets = '', element = ''] = /^(\[*)(.*)$/s.exec(name) ?? [];
  if (brackets === '') {
    return name.replaceAll('/', '.');
  }
  const [, object] = /^L(.*);$/s.exec(element) ?? [];
  const primitive = element.length === 1 ? primitives[element] : undefined;
  return (object ?? primitive ?? element).replaceAll('/', '.') + '[]'.repeat(brackets.length);
}
