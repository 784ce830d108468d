/*
 * What a program attached to single samples (labels of pprof, Pyroscope's dynamic labels, attributes of JFR and OTLP), as one
 * text: a line `key=value` for each, sorted; '' = none. Keys have no `=`, so the first one ends the key.
 */
export type SampleLabel = readonly [key: string, value: string];

/** Of one sample; the first in order are kept. */
export const maxSampleLabels = 16;
const maxKeyLength = 100;
const maxValueLength = 200;

/** Stands for what is beyond a limit. */
export const otherLabels = '(other)=(other)';

export function sampleLabelsText(labels: Iterable<SampleLabel>): string {
  const lines: string[] = [];
  for (const [key, value] of labels) {
    const name = oneLine(key, maxKeyLength).replaceAll('=', '_');
    const said = oneLine(value, maxValueLength);
    if (name !== '' && said !== '') {
      lines.push(sampleLabelLine(name, said));
    }
  }
  return joinSampleLabels(lines);
}

export function sampleLabelLine(key: string, value: string): string {
  return `${key}=${value}`;
}

/** The labels of a text, one `key=value` each. */
export function sampleLabelLines(text: string): string[] {
  return text === '' ? [] : text.split('\n');
}

export function joinSampleLabels(lines: readonly string[]): string {
  return [...new Set(lines)].sort().slice(0, maxSampleLabels).join('\n');
}

/** `key=value` in its two parts. */
export function sampleLabelOf(line: string): SampleLabel {
  const end = line.indexOf('=');
  return [line.slice(0, end), line.slice(end + 1)];
}

const controls = /[\u0000-\u001f\u007f]+/g;

/** At most `length` characters; half of a pair that the cut would leave goes too. */
function oneLine(text: string, length: number): string {
  return text
    .slice(0, length)
    .replace(controls, ' ')
    .replace(/[\ud800-\udbff]$/, '')
    .trim();
}
