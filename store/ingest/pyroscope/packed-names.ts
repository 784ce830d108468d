import { frameNames } from '../../../src/model/frame-names';
import { frameKinds, type FrameTable, type Profile } from '../../../src/model/profile';

/** Functions that are called `file:function:line` get their own names; those that are not stay as they are. */
export function unpackNames(profile: Profile): Profile {
  const strings = [...profile.strings];
  const numbers = new Map(strings.map((text, index) => [text, index]));
  const number = (text: string) => {
    const known = numbers.get(text) ?? strings.push(text) - 1;
    numbers.set(text, known);
    return known;
  };
  const { frames } = profile;
  const unpacked: FrameTable = {
    ...frames,
    method: frames.method.slice(),
    className: frames.className.slice(),
    packageName: frames.packageName.slice(),
    library: frames.library.slice(),
    line: frames.line.slice(),
    kind: frames.kind.slice(),
  };
  for (let i = 0; i < frames.length; i++) {
    const file = strings[frames.file[i]];
    const found = unpackName(strings[frames.method[i]], file);
    if (found !== undefined && !frameKinds[frames.kind[i]].startsWith('detail')) {
      const names = frameNames({ name: found.name, file, mapping: '', language: 'node' });
      unpacked.method[i] = number(found.name);
      unpacked.className[i] = number(names.className);
      unpacked.packageName[i] = number(names.packageName);
      unpacked.library[i] = number(names.library);
      unpacked.line[i] = frames.line[i] > 0 ? frames.line[i] : found.line;
      unpacked.kind[i] = frameKinds.indexOf(names.kind);
    }
  }
  return { ...profile, strings, frames: unpacked };
}

/**
 * `./shop.js:buildReport:17` of `/opt/shop/shop.js`: the path may be relative to where the program was started. `:(idle):0` has no
 * file; functions without a name hold colons themselves: `./shop.js:(anonymous:L#24:C#34):24`.
 */
export function unpackName(packed: string, file: string): { readonly name: string; readonly line: number } | undefined {
  const last = packed.lastIndexOf(':');
  const line = packed.slice(last + 1);
  if (!/^\d{1,9}$/.test(line)) {
    return undefined;
  }
  for (let colon = packed.indexOf(':'); colon >= 0 && colon < last - 1; colon = packed.indexOf(':', colon + 1)) {
    if (isPathOf(packed.slice(0, colon), file)) {
      return { name: packed.slice(colon + 1, last), line: Number(line) };
    }
  }
  return undefined;
}

function isPathOf(path: string, file: string): boolean {
  const below = path.replace(/^(?:\.\.?\/)+/, '');
  return path === file || (below !== '' && file.endsWith(`/${below}`));
}
