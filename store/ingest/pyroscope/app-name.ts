import { HotspanError } from '../../errors';

/** `name` of `/ingest`: an application with its labels. */
export interface AppName {
  readonly service: string;
  readonly labels: ReadonlyArray<readonly [string, string]>;
}

/** `shop`, `shop{}`, `shop{env=prod,region=eu}`: values end at the next comma, whatever else is in them. */
export function parseAppName(text: string): AppName {
  const open = text.indexOf('{');
  const service = (open < 0 ? text : text.slice(0, open)).trim();
  if (open < 0) {
    return { service, labels: [] };
  }
  if (!text.trimEnd().endsWith('}')) {
    throw new HotspanError('bad_request', `name=${text.slice(0, 100)} has no closing }`);
  }
  const inner = text.trimEnd().slice(open + 1, -1);
  return {
    service,
    labels: inner
      .split(',')
      .map((pair) => pair.trim())
      .filter((pair) => pair !== '')
      .map((pair) => {
        const equals = pair.indexOf('=');
        return equals < 0 ? [pair, ''] : [pair.slice(0, equals).trim(), unquoted(pair.slice(equals + 1).trim())];
      }),
  };
}

function unquoted(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}
