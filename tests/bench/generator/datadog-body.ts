import { gzipSync } from 'node:zlib';

/** Who sends an upload and when it was recorded. */
export interface Sender {
  readonly service: string;
  readonly env: string;
  readonly version: string;
  readonly host: string;
  readonly runtimeId: string;
  readonly startMs: number;
  readonly endMs: number;
}

const boundary = 'hotspan-bench-0123456789abcdef';
export const datadogContentType = `multipart/form-data; boundary=${boundary}`;

/** The request body of `POST /profiling/v1/input` as Python's tracer shapes it: an event, then the file, compressed. */
export function datadogBody(sender: Sender, pprof: Uint8Array): Buffer {
  const event = JSON.stringify({
    attachments: ['profile.pprof'],
    tags_profiler: [
      `service:${sender.service}`,
      `env:${sender.env}`,
      `version:${sender.version}`,
      `host:${sender.host}`,
      'language:python',
      'runtime:CPython',
      'runtime_version:3.12.1',
      `runtime-id:${sender.runtimeId}`,
      'region:eu-1',
      'team:shop',
    ].join(','),
    start: new Date(sender.startMs).toISOString(),
    end: new Date(sender.endMs).toISOString(),
    family: 'python',
    version: '4',
    endpoint_counts: { 'GET /api/orders/orders': 100 },
    info: { application: { start_time_iso: new Date(sender.startMs).toISOString() }, runtime: { engine: 'CPython' } },
  });
  const head = (name: string, file: string, type: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${file}"\r\n${type}\r\n`;
  return Buffer.concat([
    Buffer.from(`${head('event', 'event.json', 'Content-Type: application/json\r\n')}${event}\r\n`),
    Buffer.from(head('profile.pprof', 'profile.pprof', '')),
    gzipSync(pprof, { level: 1 }),
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
}
