/**
 * The package of a method as its name or file tells: `github.com/a/b.(*T).M` → `github.com/a/b`, `java.util.HashMap.put`
 * → `java.util`, a bare name in `site-packages/django/db/x.py` → `django`, else the file's directory. '' = unknown.
 */
export function packageOf(label: string, file: string): string {
  return packageOfName(label) || packageOfFile(file);
}

const longestName = 1024;

/** The part of `packageOf` that the name alone tells; '' = a bare name. */
export function packageOfName(method: string): string {
  const label = method.length > longestName ? method.slice(0, longestName) : method;
  const end = label.search(/[(<[ ]/);
  const name = end < 0 ? label : label.slice(0, end);
  const slash = name.lastIndexOf('/');
  if (slash >= 0) {
    const dot = name.indexOf('.', slash);
    return dot < 0 ? name.slice(0, slash) : name.slice(0, dot);
  }
  const scope = name.indexOf('::');
  if (scope > 0) {
    return name.slice(0, scope);
  }
  return packageOfDotted(withoutDots(name));
}

/** Parts in front of the first one with a capital letter; without one, all but the last. */
function packageOfDotted(name: string): string {
  let before = -1; // the dot in front of the part
  for (;;) {
    const first = name.charCodeAt(before + 1);
    if (first >= capitalA && first <= capitalZ) {
      return name.slice(0, Math.max(0, before));
    }
    const next = name.indexOf('.', before + 1);
    if (next < 0) {
      return name.slice(0, Math.max(0, before));
    }
    before = next;
  }
}

const capitalA = 65;
const capitalZ = 90;

function withoutDots(name: string): string {
  let end = name.length;
  while (name[end - 1] === '.') {
    end--;
  }
  return name.slice(0, end);
}

const librariesFolder = /(?:site-packages|dist-packages|node_modules|vendor|gems)\/((?:@[^/]+\/)?[^/]+)/g;

/** The part of `packageOf` that the file alone tells. */
export function packageOfFile(file: string): string {
  const path = file.replaceAll('\\', '/');
  const library = [...path.matchAll(librariesFolder)].at(-1);
  if (library) {
    return library[1]!.replace(/\.py$/, '');
  }
  const slash = path.lastIndexOf('/');
  return slash > 0 ? path.slice(0, slash) : '';
}
