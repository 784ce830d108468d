import { AppEvents } from '@grafana/data';
import { getAppEvents } from '@grafana/runtime';
import { type ExportFormat } from '../export-format';
import { type ExportInput } from '../start-export';
import { writeFile } from './writers';

/** Makes a file and lets the browser save it. */
export async function saveExport(format: ExportFormat, input: ExportInput): Promise<void> {
  const { blob, note } = await writeFile(format, input);
  save(blob, `${fileName(input)}.${endings[format]}`);
  if (note !== undefined) {
    getAppEvents().publish({ type: AppEvents.alertWarning.name, payload: ['The download is not complete', note] });
  }
}

const endings: Record<ExportFormat, string> = {
  png: 'png',
  svg: 'svg',
  html: 'html',
  folded: 'folded.txt',
  speedscope: 'speedscope.json',
  pprof: 'pb.gz',
  json: 'json',
};

function fileName({ title, data }: ExportInput): string {
  const words = [title, data.custom.profileTypeName ?? ''].join(' ').toLowerCase();
  return words.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'flame-graph';
}

function save(blob: Blob, name: string) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
