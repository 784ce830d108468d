import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ContentHasher } from '../../store/ingest/content-ids';
import { type Intake, keptHeaders } from '../../store/ingest/upload-request';
import { readFixture } from '../oracle/readers';
import { plain } from '../oracle/uploads';
import { requestOf, runRequest } from './requests';
import type { FuzzTarget } from './targets';

/** What stands beside a whole profile: damage to a whole request hardly ever meets it. */
export function fieldTargets(hasher: ContentHasher): FuzzTarget[] {
  const file = plain(readFixture('uploads/files/go-runtime-heap.pprof'));
  return [
    eventTarget(file, hasher),
    ...(['datadog', 'upload', 'pyroscope'] as const).map((one) => told(one, file, hasher)),
  ];
}

const boundary = 'x0123456789x';
const formType = `multipart/form-data; boundary=${boundary}`;

function form(field: string, name: string, bytes: Uint8Array): Buffer {
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n')]);
}

function body(...parts: readonly Buffer[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]));
}

const recordings = path.resolve(__dirname, '../fixtures/uploads/recordings');

function eventTarget(file: Uint8Array, hasher: ContentHasher): FuzzTarget {
  const attached = form('heap.pprof', 'heap.pprof', file);
  return {
    name: 'field-event',
    seeds: ['dd-python-2', 'dd-go-2', 'dd-node-2', 'dd-java-ddprof-2'].map((name) => ({ name, bytes: eventOf(name) })),
    run: (bytes) =>
      runRequest(body(form('event', 'event.json', bytes), attached), requestOf('datadog', formType, ''), hasher),
  };
}

function eventOf(name: string): Uint8Array<ArrayBuffer> {
  const recorded = readFileSync(path.join(recordings, `${name}.body`));
  const start = recorded.indexOf('\r\n\r\n', recorded.indexOf('filename="event.json"')) + 4;
  return new Uint8Array(recorded.subarray(start, recorded.indexOf('\r\n--', start)));
}

const event = JSON.stringify({
  attachments: ['heap.pprof'],
  tags_profiler: 'service:a,env:b',
  start: '2026-11-22T11:26:55.9Z',
  end: '2026-11-22T11:27:03.8Z',
  family: 'go',
  version: '4',
});

/** The lines of a seed: the content type, the query string, every header. A header is bytes, which Node gives as Latin-1. */
function told(
  intake: Extract<Intake, 'datadog' | 'upload' | 'pyroscope'>,
  file: Uint8Array,
  hasher: ContentHasher
): FuzzTarget {
  const parts = {
    datadog: [form('event', 'event.json', Buffer.from(event)), form('heap.pprof', 'heap.pprof', file)],
    upload: [form('file', 'heap.pprof', file)],
    pyroscope: [form('profile', 'profile.pprof', file)],
  }[intake];
  const whole = body(...parts);
  const window = 'from=1795500000&until=1795500010';
  const query = {
    datadog: '',
    upload: `service=a&name=heap.pprof&env=%C3%A9&label=team:x&${window}`,
    pyroscope: `name=app.cpu%7Bregion%3D%22eu%22%2Cpod%3D%22p-1%22%7D&${window}&sampleRate=100&spyName=gospy&units=samples&format=pprof`,
  }[intake];
  const tags = 'default_env:prod,team:shop,host.name:h-1,git.commit.sha:0123';
  const seed = [formType, query, ...keptHeaders.map((name) => (name.endsWith('-tags') ? tags : 'go/1.22'))].join('\n');
  return {
    name: `field-told-${intake}`,
    seeds: [{ name: 'told', bytes: new Uint8Array(Buffer.from(seed)) }],
    run: (bytes) => {
      const [contentType = '', asked = '', ...values] = Buffer.from(bytes).toString('latin1').split('\n');
      const headers = Object.fromEntries(keptHeaders.map((name, at) => [name, values[at] ?? '']));
      return runRequest(whole, { ...requestOf(intake, contentType, asked), headers }, hasher);
    },
  };
}
