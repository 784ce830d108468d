import fs from 'node:fs';
import path from 'node:path';

/**
 * What a power cut leaves of a data folder, from what `durable.c` wrote down.
 *
 * `strict`: a new name, rename or deletion lasts only when its own folder was synced afterwards, as POSIX says.
 * `journal`: as ext4 and XFS do it, one sync of anything makes all earlier changes of names last. Bytes of files last
 * in both only when that file was synced. ClickHouse itself counts on `journal` (it syncs a part, not the folder that the part is
 * renamed in), so the engine's folder always gets that; `strict` is for what the store writes.
 */
export type NameRule = 'strict' | 'journal';

interface Folder {
  readonly kind: 'folder';
  readonly inode: string;
  entries: Map<string, Node>;
  /** The entries at the last sync of this folder. */
  synced: ReadonlyMap<string, Node>;
}

interface File {
  readonly kind: 'file';
  readonly inode: string;
}

type Node = Folder | File;

/** Copies every file as it is into the shadow: all of it counts as synced. Call before the store starts. */
export function seedShadow(root: string, shadow: string): Folder {
  const { ino } = fs.statSync(root);
  const folder = emptyFolder(String(ino));
  for (const entry of fs.readdirSync(root, { withFileTypes: true })) {
    folder.entries.set(entry.name, seedEntry(path.join(root, entry.name), entry, shadow));
  }
  folder.synced = new Map(folder.entries);
  return folder;
}

function seedEntry(file: string, entry: fs.Dirent, shadow: string): Node {
  if (entry.isDirectory()) {
    return seedShadow(file, shadow);
  }
  const inode = String(fs.lstatSync(file).ino);
  fs.copyFileSync(file, path.join(shadow, inode));
  return { kind: 'file', inode };
}

/** Plays the log onto the folder as it was at the start, and writes what lasts to `target`. */
export function rebuild(
  start: Folder,
  options: { root: string; shadow: string; log: string; target: string; rule: NameRule }
): void {
  const lines = readLog(options.log);
  const until = lines.findLastIndex((line) => /^[SD]/.test(line)) + 1;
  for (const line of lines.slice(0, until)) {
    play(start, options.root, line);
  }
  write(start, options.target, options);
}

function readLog(log: string): string[] {
  return fs.existsSync(log)
    ? fs
        .readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : [];
}

function play(start: Folder, root: string, line: string): void {
  const what = line[0];
  const rest = line.slice(2);
  const at = (file: string) => locate(start, path.relative(root, file));
  const [from, to] = (what === 'C' || what === 'M' ? rest.slice(rest.indexOf(' ') + 1) : rest).split('\t');
  const inode = rest.slice(0, rest.indexOf(' '));
  switch (what) {
    case 'C':
      at(from)?.set({ kind: 'file', inode });
      break;
    case 'M':
      at(from)?.set(emptyFolder(inode));
      break;
    case 'U':
      at(from)?.remove();
      break;
    case 'R':
    case 'L':
      move(at(from), at(to), what === 'L');
      break;
    case 'X':
      exchange(at(from), at(to));
      break;
    case 'D':
      syncFolder(path.relative(root, from) === '' ? start : at(from)?.node());
      break;
  }
}

interface Place {
  node(): Node | undefined;
  set(node: Node): void;
  remove(): void;
}

function locate(start: Folder, relative: string): Place | undefined {
  const names = relative.split('/');
  const last = names.pop() ?? '';
  let folder: Node | undefined = start;
  for (const name of names) {
    folder = folder?.kind === 'folder' ? folder.entries.get(name) : undefined;
  }
  if (folder?.kind !== 'folder') {
    return undefined;
  }
  const { entries } = folder;
  return {
    node: () => entries.get(last),
    set: (node) => void entries.set(last, node),
    remove: () => void entries.delete(last),
  };
}

function move(from: Place | undefined, to: Place | undefined, keep: boolean): void {
  const node = from?.node();
  if (node) {
    to?.set(node);
    if (!keep) {
      from?.remove();
    }
  }
}

function exchange(a: Place | undefined, b: Place | undefined): void {
  const [first, second] = [a?.node(), b?.node()];
  if (first && second) {
    a?.set(second);
    b?.set(first);
  }
}

function syncFolder(node: Node | undefined): void {
  if (node?.kind === 'folder') {
    node.synced = new Map(node.entries);
  }
}

function write(folder: Folder, target: string, options: { shadow: string; rule: NameRule }): void {
  fs.mkdirSync(target, { recursive: true });
  for (const [name, node] of options.rule === 'strict' ? folder.synced : folder.entries) {
    const file = path.join(target, name);
    if (node.kind === 'folder') {
      write(node, file, name === 'engine' ? { ...options, rule: 'journal' } : options);
    } else {
      copyOrEmpty(path.join(options.shadow, node.inode), file);
    }
  }
}

/** A file whose bytes were never synced has a name and nothing in it. */
function copyOrEmpty(from: string, to: string): void {
  if (fs.existsSync(from)) {
    fs.copyFileSync(from, to);
  } else {
    fs.writeFileSync(to, '');
  }
}

function emptyFolder(inode: string): Folder {
  return { kind: 'folder', inode, entries: new Map(), synced: new Map() };
}
