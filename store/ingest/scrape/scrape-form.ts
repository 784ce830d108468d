import { randomUUID } from 'node:crypto';
import type { UploadRequest } from '../upload-request';
import { instanceOfTarget, type ScrapedProfile, type ScrapeTarget } from './target';

export interface ScrapedFile {
  readonly profile: ScrapedProfile;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** As dd-trace-go calls them. Heap, mutex and block under these names count from the start of their process. */
const fileNames: Readonly<Record<ScrapedProfile, string>> = {
  cpu: 'cpu.pprof',
  heap: 'heap.pprof',
  mutex: 'mutex.pprof',
  block: 'block.pprof',
  goroutine: 'goroutines.pprof',
};

/** What was pulled in one round as an upload in the agent form, so that it is stored, replayed and differenced like one. */
export function scrapeUpload(
  target: ScrapeTarget,
  files: readonly ScrapedFile[],
  window: { readonly startMs: number; readonly endMs: number }
): { readonly request: UploadRequest; readonly body: Uint8Array<ArrayBuffer> } {
  const boundary = `hotspan-${randomUUID()}`;
  const event = {
    version: '4',
    family: 'go',
    start: new Date(window.startMs).toISOString(),
    end: new Date(window.endMs).toISOString(),
    tags_profiler: tagsOf(target),
  };
  const parts = [
    part(boundary, 'event', 'event.json', Buffer.from(JSON.stringify(event))),
    ...files.map(({ profile, bytes }) => part(boundary, fileNames[profile], fileNames[profile], bytes)),
    Buffer.from(`--${boundary}--\r\n`),
  ];
  const request: UploadRequest = {
    intake: 'scrape',
    tenant: target.tenant,
    receivedMs: Date.now(),
    peer: instanceOfTarget(target),
    contentType: `multipart/form-data; boundary=${boundary}`,
    query: '',
    headers: {},
  };
  return { request, body: new Uint8Array(Buffer.concat(parts)) };
}

function tagsOf(target: ScrapeTarget): string {
  const instance = instanceOfTarget(target);
  const tags = { service: target.service, ...target.labels, 'service.instance.id': instance };
  return Object.entries(tags)
    .map(([key, value]) => `${key}:${value}`)
    .join(',');
}

function part(boundary: string, name: string, fileName: string, bytes: Uint8Array): Buffer {
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${fileName}"\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n')]);
}
