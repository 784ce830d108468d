import { type ContextFields } from '../../../src/model/profile-builder';
import { ContextMaker } from '../context';

/** `{"route":"GET /orders", "worker":"a"}`: labels of a goroutine. */
export function readLabels(text: string): ContextFields {
  const maker = new ContextMaker();
  for (const [, key, value] of text.slice(0, 10_000).matchAll(/"((?:[^"\\]|\\.)*)":"((?:[^"\\]|\\.)*)"/g)) {
    maker.add(unquoted(key), unquoted(value));
  }
  return maker.fields();
}

function unquoted(text: string): string {
  return text.replace(/\\(["\\])/g, '$1');
}
