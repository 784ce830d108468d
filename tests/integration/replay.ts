import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { multipartParts, type RecordedPart } from '../oracle/uploads';

/** Recorded requests of real clients; how they were made: tests/fixtures/uploads/NOTES.md. */
export const recordingsDir = path.resolve(__dirname, '../fixtures/uploads/recordings');

export interface Recording {
  readonly method: string;
  readonly path: string;
  readonly headers: ReadonlyArray<readonly [string, string]>;
  readonly framing: string;
  readonly chunkSizes: readonly number[];
  readonly body: Buffer;
}

export function loadRecording(name: string): Recording {
  const base = path.join(recordingsDir, name);
  const meta: {
    method: string;
    path: string;
    headers: Array<[string, string]>;
    framing: string;
    chunk_sizes?: number[];
  } = JSON.parse(fs.readFileSync(`${base}.http.json`, 'utf8'));
  return { ...meta, chunkSizes: meta.chunk_sizes ?? [], body: fs.readFileSync(`${base}.body`) };
}

/** The parts of a recorded form, as they were sent. */
export function recordedParts(name: string): Promise<RecordedPart[]> {
  const { headers, body } = loadRecording(name);
  return multipartParts(body, headers.find(([key]) => /^content-type$/i.test(key))?.[1] ?? '');
}

export function recordingNames(prefix: string): string[] {
  const names = fs.readdirSync(recordingsDir).filter((file) => file.startsWith(prefix) && file.endsWith('.body'));
  return names.map((file) => file.slice(0, -'.body'.length)).sort();
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Sends a recording byte for byte: order and case of headers, sizes of chunks. */
export function replay(baseUrl: string, recording: Recording): Promise<Answer> {
  return exchange(baseUrl, wireBytes(new URL(baseUrl), recording));
}

function wireBytes(url: URL, recording: Recording): Buffer {
  const headers = recording.headers.map(([name, value]) => `${name}: ${/^host$/i.test(name) ? url.host : value}`);
  const head = `${[`${recording.method} ${recording.path} HTTP/1.1`, ...headers].join('\r\n')}\r\n\r\n`;
  const body = recording.framing === 'chunked' ? chunked(recording) : [recording.body];
  return Buffer.concat([Buffer.from(head, 'latin1'), ...body]);
}

function chunked({ body, chunkSizes }: Recording): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, next = 0; at < body.length; next++) {
    const piece = body.subarray(at, at + (chunkSizes[next] ?? 8192));
    pieces.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
    at += piece.length;
  }
  return [...pieces, Buffer.from('0\r\n\r\n')];
}

/** Sends bytes as they are over a connection of its own and reads one answer. */
export function exchange(baseUrl: string, bytes: Buffer): Promise<Answer> {
  const url = new URL(baseUrl);
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = net.connect(Number(url.port), url.hostname, () => socket.write(bytes));
    socket.setTimeout(60_000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      const answer = parseAnswer(received);
      if (answer) {
        socket.destroy();
        resolve(answer);
      }
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`the connection closed after: ${received.slice(0, 200)}`)));
  });
}

function parseAnswer(text: string): Answer | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) {
    return undefined;
  }
  const length = Number(/content-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? 0);
  const body = text.slice(end + 4);
  return body.length < length ? undefined : { status: Number(text.slice(9, 12)), body };
}
