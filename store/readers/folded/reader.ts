import { languageOfFile } from '../../../src/model/frame-names';
import {
  type FrameIndex,
  type Profile,
  ReaderError,
  type ReaderLimits,
  type RuntimeInfoEntry,
} from '../../../src/model/profile';
import { ProfileBuilder } from '../../../src/model/profile-builder';
import { FrameMaker, type NamedFrame } from '../frames';
import type { Reader } from '../reader';
import { StackWriter, Threads } from '../stack-writer';
import { Lines, textStart } from '../text';

/**
 * Folded stacks, root first: `main;work;hash 42`. Also py-spy's and DataKit's forms: `func (file:line)` frames below a
 * `process N:"command"` and a `thread (N): name`.
 */
export const foldedReader: Reader = { format: 'folded', sniff: looksFolded, read: readFolded };

/** A stack of a C++ program may take tens of kilobytes. */
const longestFirstLine = 1 << 20;
/** Text that other readers know and that ends with a number as well. */
const otherText = /^(?:[\w.-]+ profile: |--- |# |[[{]|<(?:!|\?|html))/;

function looksFolded(bytes: Uint8Array): boolean {
  const [line = ''] = textStart(bytes, longestFirstLine).trimStart().split(/\r?\n/, 1);
  return !otherText.test(line) && splitCount(line) !== undefined;
}

/** The stack and its count: frames may hold spaces, so the count is what follows the last one. */
function splitCount(line: string): { readonly stack: string; readonly count: string } | undefined {
  const space = line.trimEnd().lastIndexOf(' ');
  const count = line.slice(space + 1).trim();
  const stack = line.slice(0, Math.max(0, space)).trim();
  return /^\d{1,16}$/.test(count) && stack !== '' ? { stack, count } : undefined;
}

function readFolded(bytes: Uint8Array, limits: ReaderLimits): Profile {
  if (!looksFolded(bytes)) {
    throw new ReaderError('folded', 0, bytes.length === 0 ? 'an empty file' : 'not folded stacks', 'notMine');
  }
  const lines = new Lines(bytes, 'folded');
  const builder = new ProfileBuilder([{ type: 'samples', unit: 'count' }]);
  const frames = new FoldedFrames(new FrameMaker(builder, limits, lines), countProcesses(bytes) > 1);
  const stacks = new StackWriter(builder, limits, lines);
  const threads = new Threads(builder);
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    if (line.trim() === '') {
      continue;
    }
    const { stack, count } = splitCount(line) ?? lines.fail('a line without a stack and a count');
    let thread = '';
    for (const part of splitStack(stack)) {
      thread = threadOf(part) ?? thread;
      const frame = frames.of(part);
      if (frame !== undefined) {
        stacks.push(frame);
      }
    }
    stacks.sample(stacks.rootFirst(), threads.of(thread), Number(count));
  }
  return builder.finish({ runtimeInfo: frames.processes() });
}

const processPart = /^process (\d+):"(.*)"$/;
const threadPart = /^thread \((\w+)\)(?:: ?(.*))?$/;

/** Frames between semicolons; the quoted command line of a process may hold some itself. */
function splitStack(stack: string): string[] {
  const parts = stack.split(';');
  if (!stack.startsWith('process ')) {
    return parts;
  }
  const lastQuote = parts.findLastIndex((part) => part.endsWith('"'));
  const joined: string[] = [];
  for (let i = 0; i < parts.length; i++) {
    const start = i;
    if (/^process \d+:"/.test(parts[i]) && i < lastQuote) {
      while (!parts[i].endsWith('"')) {
        i++;
      }
    }
    joined.push(i === start ? parts[i] : parts.slice(start, i + 1).join(';'));
  }
  return joined;
}

/** `thread (16020): web-report` → the name, or the number when it has none. */
function threadOf(part: string): string | undefined {
  const found = part.startsWith('thread (') ? threadPart.exec(part) : null;
  return found ? found[2] || found[1] : undefined;
}

function countProcesses(bytes: Uint8Array): number {
  const lines = new Lines(bytes, 'folded');
  const ids = new Set<string>();
  for (let line = lines.next(); line?.startsWith('process '); line = lines.next()) {
    for (const [, id] of line.matchAll(/(?:^|;)process (\d+):"/g)) {
      ids.add(id);
    }
  }
  return ids.size;
}

/** What stands between two semicolons, made a frame once. */
class FoldedFrames {
  private readonly known = new Map<string, FrameIndex | undefined>();
  private readonly commands = new Map<string, string>();

  constructor(
    private readonly maker: FrameMaker,
    private readonly severalProcesses: boolean
  ) {}

  /** Undefined for parts that are no frames: threads, empty parts, the one process. */
  of(part: string): FrameIndex | undefined {
    if (!this.known.has(part)) {
      this.known.set(part, this.make(part));
    }
    return this.known.get(part);
  }

  /**
   * Processes stay in the stack only where there are several. Their numbers don't: they would make every start of a
   * program another stack.
   */
  private make(part: string): FrameIndex | undefined {
    const process = part.startsWith('process ') ? processPart.exec(part) : null;
    if (process) {
      this.commands.set(process[1], process[2]);
      return this.severalProcesses ? this.maker.named({ name: `process "${process[2]}"` }) : undefined;
    }
    return part === '' || threadOf(part) !== undefined ? undefined : this.maker.named(frameOf(part));
  }

  processes(): RuntimeInfoEntry[] {
    return [...this.commands].map(([id, value]) => ({ group: 'Process', key: `process ${id}`, value }));
  }
}

/** google-pprof's marks: the function's address where names are ambiguous, and inlined calls. */
const pprofMarks = /(?:<[0-9a-f]{8,16}>)?(?:\[inline\])?$/;

function frameOf(part: string): NamedFrame {
  const located = locatedFrame(part);
  if (located !== undefined) {
    return located;
  }
  const name = part.replace(pprofMarks, '') || part;
  return { name, language: name.includes('::') ? 'cpp' : '' };
}

/** `func (file:line)` */
function locatedFrame(part: string): NamedFrame | undefined {
  const open = part.endsWith(')') ? part.lastIndexOf(' (') : -1;
  const colon = part.lastIndexOf(':');
  const line = part.slice(colon + 1, -1);
  if (open <= 0 || colon <= open + 2 || !/^\d{1,9}$/.test(line)) {
    return undefined;
  }
  const file = part.slice(open + 2, colon);
  return { name: part.slice(0, open), file, line: Number(line), language: languageOfFile(file) };
}
