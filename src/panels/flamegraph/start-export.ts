import { AppEvents } from '@grafana/data';
import { getAppEvents } from '@grafana/runtime';
import { type FlameRows } from '../../model/flame-rows';
import { type ExportFormat } from './export-format';
import { type FlameColours } from './flame-colours';
import { type FlameData } from './flame-data';
import { type FlameFocus } from './use-flame-view';

/** What an export can show: the view for pictures and pages, the profile's own rows for data. */
export interface ExportInput {
  readonly data: FlameData;
  readonly rows: FlameRows;
  readonly focus: FlameFocus;
  readonly colours: FlameColours;
  readonly coloursOf: (data: FlameData) => FlameColours;
  readonly font: string;
  readonly flip: boolean;
  readonly title: string;
}

/** Makes a file and lets the browser save it. Writers are loaded when they are first used. */
export function startExport(format: ExportFormat, input: ExportInput) {
  makeFile(format, input)
    .then(({ blob, note }) => {
      save(blob, `${fileName(input)}.${endings[format]}`);
      if (note !== undefined) {
        getAppEvents().publish({ type: AppEvents.alertWarning.name, payload: ['The download is not complete', note] });
      }
    })
    .catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      getAppEvents().publish({ type: AppEvents.alertError.name, payload: ['The download failed', reason] });
    });
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

async function makeFile(format: ExportFormat, input: ExportInput) {
  const writers = await import('./export/writers');
  return writers.writeFile(format, input);
}

function save(blob: Blob, name: string) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
