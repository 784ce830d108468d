import type { ContentHasher } from '../../store/ingest/content-ids';
import { readFixture } from '../oracle/readers';
import { requestOf, runRequest } from './requests';
import type { FuzzTarget } from './targets';

/**
 * Requests in JSON, damaged value by value: damage to their bytes mostly makes them no JSON. The seed has one line per value. A line that
 * is no JSON any more is a text, a line that is gone takes its field with it, and what stands in the empty line of a list or an object
 * takes its place.
 */
export function jsonFieldTargets(hasher: ContentHasher): FuzzTarget[] {
  return [target('otlp', otlpDocument, hasher), target('push', pushDocument(), hasher)];
}

function target(intake: 'otlp' | 'push', document: object, hasher: ContentHasher): FuzzTarget {
  const seed = linesOf(document).join('\n');
  return {
    name: `field-json-${intake}`,
    seeds: [{ name: 'values', bytes: new Uint8Array(Buffer.from(seed)) }],
    run: (bytes) => {
      const lines = Buffer.from(bytes).toString('utf8').split('\n');
      const changed = JSON.stringify(withLines(document, () => lines.shift())) ?? '';
      return runRequest(new Uint8Array(Buffer.from(changed)), requestOf(intake, 'application/json', ''), hasher);
    },
  };
}

function linesOf(value: unknown): string[] {
  return isInner(value) ? ['', ...Object.values(value).flatMap(linesOf)] : [JSON.stringify(value)];
}

function withLines(value: unknown, nextLine: () => string | undefined): unknown {
  const line = nextLine();
  if (!isInner(value) || (line !== undefined && line !== '')) {
    return line === undefined ? undefined : valueOf(line);
  }
  return Array.isArray(value)
    ? value.map((one) => withLines(one, nextLine))
    : Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withLines(one, nextLine)]));
}

function isInner(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function valueOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}

/** Every field that the decoder looks at. */
const otlpDocument = {
  resourceProfiles: [
    {
      resource: {
        attributes: [
          { key: 'service.name', value: { stringValue: 'shop' } },
          { key: 'process.pid', value: { intValue: '17' } },
          { key: 'load', value: { doubleValue: 0.5 } },
          { key: 'canary', value: { boolValue: true } },
          { keyStrindex: 9, value: { stringValueStrindex: 10 } },
        ],
      },
      scopeProfiles: [
        {
          profiles: [
            {
              sampleType: { typeStrindex: 1, unitStrindex: 2 },
              samples: [
                { stackIndex: 1, values: ['10000000', '5'], linkIndex: 1, attributeIndices: [1] },
                { stackIndex: 2, timestampsUnixNano: ['1795500000000000000', '1795500000000000001'] },
              ],
              timeUnixNano: '1795500000000000000',
              durationNano: '60000000000',
              periodType: { typeStrindex: 1, unitStrindex: 2 },
              period: '10000000',
            },
          ],
        },
      ],
    },
  ],
  dictionary: {
    mappingTable: [{}, { memoryStart: '4096', memoryLimit: '8192', fileOffset: '1', filenameStrindex: 3 }],
    locationTable: [
      {},
      { mappingIndex: 1, address: '4100', lines: [{ functionIndex: 1, line: 7 }], attributeIndices: [2] },
      { mappingIndex: 1, address: '4200', lines: [{ functionIndex: 1, line: 8 }, { functionIndex: 1 }] },
    ],
    functionTable: [{}, { nameStrindex: 4, systemNameStrindex: 5, filenameStrindex: 6 }],
    linkTable: [{}, { traceId: '000102030405060708090a0b0c0d0e0f', spanId: '0001020304050607' }],
    attributeTable: [
      {},
      { keyStrindex: 7, value: { stringValue: 'main' } },
      { keyStrindex: 8, value: { stringValueStrindex: 4 } },
    ],
    stackTable: [{}, { locationIndices: [2, 1] }, { locationIndices: [1] }],
    stringTable: ['', 'cpu', 'nanoseconds', 'shop', 'run', '_run', 'run.c', 'thread.name', 'frame.kind', 'team', 'x'],
  },
};

function pushDocument(): object {
  const rawProfile = Buffer.from(readFixture('uploads/files/go-runtime-threadcreate.pprof')).toString('base64');
  const label = (name: string, value: string) => ({ name, value });
  return {
    series: [
      {
        labels: [
          label('__name__', 'process_cpu'),
          label('__delta__', 'false'),
          label('__session_id__', '1f'),
          label('pyroscope_spy', 'gospy'),
          label('service_name', 'shop'),
          label('env', 'prod'),
        ],
        samples: [{ ID: '6e0e0b4b-0000-4000-8000-000000000000', rawProfile }],
      },
      { labels: [label('__name__', 'memory')], samples: [{ rawProfile }] },
    ],
  };
}
