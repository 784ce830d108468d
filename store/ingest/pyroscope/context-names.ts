import { isOwnSampleLabel, sampleLabelRole } from '../../../src/model/label-names';
import { ReaderError, type RuntimeInfoEntry } from '../../../src/model/profile';
import type { ContextNames, ContextTexts } from '../../readers/jfr/contexts';
import { byteField, eachField, inside, wideNumber } from '../../readers/otlp/messages';
import { ProtobufCursor } from '../../readers/protobuf';

/**
 * The part `labels` beside a recording of Pyroscope's Java agent, a LabelsSnapshot: contexts = 1 (id → labels = 1 of string numbers),
 * strings = 2 (number → text). Keys are 64-bit, whatever their sign.
 */
export function readContextNames(bytes: Uint8Array<ArrayBuffer>): ContextNames {
  const { contexts, strings } = readSnapshot(bytes);
  return { describe: (contextId, spanName) => describe(contexts.get(contextId), strings.get(spanName), strings) };
}

const maxKeys = 50;
const maxValues = 20;

/** Keys and values of all labels, for people. None where the part is damaged. */
export function labelsInfo(bytes: Uint8Array<ArrayBuffer>): RuntimeInfoEntry[] {
  const values = new Map<string, Set<string>>();
  try {
    const { contexts, strings } = readSnapshot(bytes);
    for (const labels of contexts.values()) {
      for (const [key, value] of labels) {
        const name = strings.get(key) ?? '';
        values.set(name, (values.get(name) ?? new Set()).add(strings.get(value) ?? ''));
      }
    }
  } catch (error) {
    if (!(error instanceof ReaderError)) {
      throw error;
    }
  }
  return [...values].slice(0, maxKeys).map(([key, found]) => {
    const more = found.size > maxValues ? `, and ${found.size - maxValues} more` : '';
    return { group: 'Labels of samples', key, value: `${[...found].sort().slice(0, maxValues).join(', ')}${more}` };
  });
}

interface Snapshot {
  readonly contexts: ReadonlyMap<bigint, ReadonlyMap<bigint, bigint>>;
  readonly strings: ReadonlyMap<bigint, string>;
}

function readSnapshot(bytes: Uint8Array<ArrayBuffer>): Snapshot {
  const cursor = new ProtobufCursor(bytes, 'labels');
  const contexts = new Map<bigint, ReadonlyMap<bigint, bigint>>();
  const strings = new Map<bigint, string>();
  eachField(cursor, (field) => {
    if (field === 1) {
      const { key, value } = inside(cursor, 'a context', () => readEntry(cursor));
      contexts.set(key, readContext(value ?? new Uint8Array(0)));
    } else if (field === 2) {
      const { key, value } = inside(cursor, 'a string', () => readEntry(cursor));
      strings.set(key, value === undefined ? '' : new TextDecoder().decode(value));
    }
    return field === 1 || field === 2;
  });
  return { contexts, strings };
}

/** An entry of a map: key = 1, value = 2. */
function readEntry(cursor: ProtobufCursor): { key: bigint; value: Uint8Array | undefined } {
  let key = 0n;
  let value: Uint8Array | undefined;
  eachField(cursor, (field) => {
    if (field === 1) {
      key = wideNumber(cursor, 'a key');
    } else if (field === 2) {
      value = byteField(cursor, 'a value');
    }
    return field === 1 || field === 2;
  });
  return { key, value };
}

function readContext(bytes: Uint8Array): ReadonlyMap<bigint, bigint> {
  const cursor = new ProtobufCursor(bytes, 'labels');
  const labels = new Map<bigint, bigint>();
  eachField(cursor, (field) => {
    if (field !== 1) {
      return false;
    }
    const [key, value] = inside(cursor, 'a label', () => readNumbers(cursor));
    labels.set(key, value);
    return true;
  });
  return labels;
}

function readNumbers(cursor: ProtobufCursor): readonly [bigint, bigint] {
  const numbers = [0n, 0n];
  eachField(cursor, (field) => {
    if (field !== 1 && field !== 2) {
      return false;
    }
    numbers[field - 1] = wideNumber(cursor, 'a label');
    return true;
  });
  return [numbers[0], numbers[1]];
}

/** What the labels say; the name of the span is the endpoint where no label says it. */
function describe(
  labels: ReadonlyMap<bigint, bigint> | undefined,
  spanName: string | undefined,
  strings: ReadonlyMap<bigint, string>
): ContextTexts {
  const said = [...(labels ?? [])].map(([key, value]) => [strings.get(key) ?? '', strings.get(value) ?? ''] as const);
  const endpoint = said.find(([key, value]) => value !== '' && sampleLabelRole(key)?.role === 'endpoint')?.[1];
  return {
    ...((endpoint || spanName) && { endpoint: endpoint || spanName }),
    labels: said.filter(([key]) => isOwnSampleLabel(key)),
  };
}

/** Undefined = the part is damaged; the recording is shown without. */
export function contextNamesOrNone(bytes: Uint8Array<ArrayBuffer>): ContextNames | undefined {
  try {
    return readContextNames(bytes);
  } catch (error) {
    if (error instanceof ReaderError) {
      return undefined;
    }
    throw error;
  }
}
