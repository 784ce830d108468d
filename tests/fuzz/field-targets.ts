import type { ContentHasher } from '../../store/ingest/content-ids';
import { type Intake, keptHeaders } from '../../store/ingest/upload-request';
import { eventPart, type FormPart, makeForm } from '../integration/form';
import { recordedParts } from '../integration/replay';
import { readFixture } from '../oracle/readers';
import { plain } from '../oracle/uploads';
import { jsonFieldTargets } from './json-field-targets';
import { requestOf, runRequest } from './requests';
import type { FuzzTarget } from './targets';

/** What stands beside a whole profile: damage to a whole request hardly ever meets it. */
export async function fieldTargets(hasher: ContentHasher): Promise<FuzzTarget[]> {
  const intakes = ['datadog', 'upload', 'pyroscope'] as const;
  return [await eventTarget(hasher), ...intakes.map((one) => told(one, hasher)), ...jsonFieldTargets(hasher)];
}

const attached: FormPart = {
  name: 'heap.pprof',
  fileName: 'heap.pprof',
  bytes: plain(readFixture('uploads/files/go-runtime-heap.pprof')),
};

async function eventTarget(hasher: ContentHasher): Promise<FuzzTarget> {
  const names = ['dd-python-2', 'dd-go-2', 'dd-node-2', 'dd-java-ddprof-2'];
  return {
    name: 'field-event',
    seeds: await Promise.all(names.map(async (name) => ({ name, bytes: await eventOf(name) }))),
    run: (bytes) => {
      const { contentType, body } = makeForm([{ name: 'event', fileName: 'event.json', bytes }, attached]);
      return runRequest(new Uint8Array(body), requestOf('datadog', contentType, ''), hasher);
    },
  };
}

async function eventOf(recording: string): Promise<Uint8Array<ArrayBuffer>> {
  const parts = await recordedParts(recording);
  return new Uint8Array(parts.find(({ name }) => name === 'event')?.bytes ?? []);
}

const event = eventPart(Date.UTC(2026, 10, 22, 11, 26, 55), 'service:a,env:b', { attachments: ['heap.pprof'] });

/** The lines of a seed: the content type, the query string, every header. A header is bytes, which Node gives as Latin-1. */
function told(intake: Extract<Intake, 'datadog' | 'upload' | 'pyroscope'>, hasher: ContentHasher): FuzzTarget {
  const form = makeForm(
    {
      datadog: [event, attached],
      upload: [{ ...attached, name: 'file' }],
      pyroscope: [{ ...attached, name: 'profile', fileName: 'profile.pprof' }],
    }[intake]
  );
  const whole = new Uint8Array(form.body);
  const window = 'from=1795500000&until=1795500010';
  const query = {
    datadog: '',
    upload: `service=a&name=heap.pprof&env=%C3%A9&label=team:x&${window}`,
    pyroscope: `name=app.cpu%7Bregion%3D%22eu%22%2Cpod%3D%22p-1%22%7D&${window}&sampleRate=100&spyName=gospy&units=samples&format=pprof`,
  }[intake];
  const tags = 'default_env:prod,team:shop,host.name:h-1,git.commit.sha:0123';
  const seed = [
    form.contentType,
    query,
    ...keptHeaders.map((name) => (name.endsWith('-tags') ? tags : 'go/1.22')),
  ].join('\n');
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
