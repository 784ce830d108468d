import { type ExportFormat } from '../export-format';
import { type ExportInput } from '../start-export';
import { htmlPage, pageNote } from './html-page';
import { pictureNote, pictureOf } from './picture';
import { foldedLines, jsonText, roundingNote, speedscopeText } from './profile-files';
import { svgText } from './svg-text';

interface WrittenFile {
  readonly blob: Blob;
  /** What the file leaves out. */
  readonly note?: string;
}

/** The file of a format. */
export async function writeFile(format: ExportFormat, input: ExportInput): Promise<WrittenFile> {
  return { blob: await blobOf(format, input), note: noteOf(format, input) };
}

function noteOf(format: ExportFormat, input: ExportInput): string | undefined {
  switch (format) {
    case 'png':
      return pictureNote(input);
    case 'html':
      return pageNote(input);
    case 'pprof':
      return roundingNote(input.rows, input.data.custom);
    default:
      return undefined;
  }
}

async function blobOf(format: ExportFormat, input: ExportInput): Promise<Blob> {
  const { rows, data, title } = input;
  const about = { title, ...data.custom };
  switch (format) {
    case 'png':
      return pictureOf(input);
    case 'svg':
      return new Blob([svgText(input)], { type: 'image/svg+xml' });
    case 'html':
      return new Blob([htmlPage(input)], { type: 'text/html' });
    case 'folded':
      return linesBlob(foldedLines(rows, about));
    case 'speedscope':
      return new Blob([speedscopeText(rows, about)], { type: 'application/json' });
    case 'json':
      return new Blob([jsonText(rows, about)], { type: 'application/json' });
    case 'pprof': {
      const { pprofBytes } = await import('./pprof-file');
      return gzipped(pprofBytes(rows, about));
    }
  }
}

const partLength = 4_000_000;

/** Lines of a file that may be longer than a string can be: the browser keeps its parts. */
function linesBlob(lines: Iterable<string>): Blob {
  const parts: Blob[] = [];
  let part = '';
  for (const line of lines) {
    part += line;
    if (part.length >= partLength) {
      parts.push(new Blob([part]));
      part = '';
    }
  }
  return new Blob([...parts, part], { type: 'text/plain' });
}

function gzipped(bytes: Uint8Array<ArrayBuffer>): Promise<Blob> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Response(stream, { headers: { 'content-type': 'application/octet-stream' } }).blob();
}
