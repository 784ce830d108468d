import type { NamedFrame } from '../frames';
import { type JsonFile, type JsonObject, numberOr, textOr } from '../json';

/** V8's `callFrame`: lines count from 0, -1 = none; functions without a name are shown as browsers show them. */
export function callFrame(json: JsonFile, node: JsonObject): NamedFrame {
  const frame = json.object(node.callFrame, '`callFrame`');
  return {
    name: textOr(frame.functionName, '') || '(anonymous)',
    file: textOr(frame.url, '').replace(/^file:\/\//, ''),
    line: numberOr(frame.lineNumber, -1) + 1,
    language: 'node',
  };
}
