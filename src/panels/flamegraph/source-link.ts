import { type InterpolateFunction } from '@grafana/data';

export interface FrameSource {
  readonly file: string;
  readonly line: number;
  readonly method: string;
}

/**
 * The address of a frame's source: the template's ${file}, ${line} and ${method}, put in as text (a name can't change the
 * host, add a parameter or start a script), and dashboard variables. Only http and https; undefined = no link.
 */
export function sourceLink(
  template: string,
  { file, line, method }: FrameSource,
  replaceVariables: InterpolateFunction
): string | undefined {
  if (template.trim() === '' || (file === '' && template.includes('${file}'))) {
    return undefined;
  }
  const values: Record<string, string> = {
    file: file
      .split(/[\\/]/)
      .filter((part) => part !== '' && part !== '..' && part !== '.')
      .map(encodeURIComponentSafe)
      .join('/'),
    line: String(Math.max(1, line)),
    method: encodeURIComponentSafe(method),
  };
  const text = template
    .trim()
    .split(/\$\{(file|line|method)\}/)
    .map((part, i) => (i % 2 === 1 ? values[part] : replaceVariables(part)))
    .join('');
  return webAddress(text);
}

/** Unpaired surrogates can't be encoded. */
const encodeURIComponentSafe = (text: string) => encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '_'));

function webAddress(text: string): string | undefined {
  try {
    const url = new URL(text);
    return ['http:', 'https:'].includes(url.protocol) && url.username === '' ? url.href : undefined;
  } catch {
    return undefined;
  }
}
