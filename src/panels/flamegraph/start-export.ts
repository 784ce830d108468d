import { type FlameRows } from '../../model/flame-rows';
import { type ExportFormat } from './export-format';
import { type FlameColours } from './flame-colours';
import { type FlameData } from './flame-data';
import { tellFailure } from './tell-failure';
import { type FlameControl } from './use-flame-state';
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
  /** The upper half of a sandwich. */
  readonly callers?: FlameData;
  readonly control: FlameControl;
  readonly selected: ReadonlySet<string>;
}

/** Makes a file and lets the browser save it. What that takes is loaded when it is first asked for. */
export function startExport(format: ExportFormat, input: ExportInput) {
  import('./export/saving')
    .then(({ saveExport }) => saveExport(format, input))
    .catch((error: unknown) => tellFailure('The download failed', error));
}
