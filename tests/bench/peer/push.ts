import http from 'node:http';
import { ProtobufWriter } from '../generator/protobuf-writer';

/** A request that both stores take. */
export interface PeerRequest {
  readonly path: string;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** push.v1.PusherService/Push with one profile: the API that current clients and collectors send to. */
export function pushRequest(labels: Readonly<Record<string, string>>, profile: Uint8Array): PeerRequest {
  const request = new ProtobufWriter(profile.length + 512);
  const series = new ProtobufWriter(profile.length + 256);
  const inner = new ProtobufWriter(profile.length + 16);
  for (const [name, value] of Object.entries(labels)) {
    inner.clear();
    inner.string(1, name);
    inner.string(2, value);
    series.message(1, inner);
  }
  inner.clear();
  inner.bytes(1, profile);
  series.message(2, inner);
  request.message(1, series);
  return { path: '/push.v1.PusherService/Push', contentType: 'application/proto', body: request.finish() };
}

/** `/ingest`, which takes recordings of the JVM. */
export function ingestRequest(service: string, startMs: number, recording: Uint8Array): PeerRequest {
  const query = new URLSearchParams({
    name: `${service}{pod="${service}-0"}`,
    from: String(Math.floor(startMs / 1000)),
    until: String(Math.floor(startMs / 1000) + 60),
    format: 'jfr',
    spyName: 'javaspy',
  });
  const boundary = 'hotspan-bench-0123456789abcdef';
  const body = Buffer.concat([
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="jfr"; filename="jfr"\r\n\r\n`),
    recording,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  return { path: `/ingest?${query}`, contentType: `multipart/form-data; boundary=${boundary}`, body };
}

export interface Answer {
  readonly ms: number;
  readonly status: number;
  readonly body: Buffer;
}

export function send(agent: http.Agent, base: string, request: PeerRequest): Promise<Answer> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': request.contentType, 'content-length': request.body.length };
    const outgoing = http.request(new URL(base + request.path), { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ ms: performance.now() - started, status: response.statusCode ?? 0, body: Buffer.concat(chunks) })
      );
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(request.body);
  });
}

export async function postJson(agent: http.Agent, base: string, path: string, body: unknown): Promise<Answer> {
  return send(agent, base, { path, contentType: 'application/json', body: Buffer.from(JSON.stringify(body)) });
}
