import fs from 'node:fs';
import path from 'node:path';

/** For tests: recorded requests of real clients as the ingest code sees them, without a server. */
const dir = path.resolve(__dirname, '../../tests/fixtures/uploads/recordings');

export interface RecordedRequest {
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

export function loadRequest(name: string): RecordedRequest {
  const meta: { headers: Array<[string, string]> } = JSON.parse(
    fs.readFileSync(path.join(dir, `${name}.http.json`), 'utf8')
  );
  const headers = Object.fromEntries(meta.headers.map(([key, value]) => [key.toLowerCase(), value]));
  const body = new Uint8Array(fs.readFileSync(path.join(dir, `${name}.body`)));
  return { contentType: headers['content-type'], headers, body };
}

/** The bytes of one part as sent, cut out by hand. */
export function loadPart(name: string, part: string): Uint8Array<ArrayBuffer> {
  const { body, contentType } = loadRequest(name);
  const bytes = Buffer.from(body);
  const boundary = contentType.split('boundary=')[1];
  const start = bytes.indexOf('\r\n\r\n', bytes.indexOf(`name="${part}"`)) + 4;
  return new Uint8Array(bytes.subarray(start, bytes.indexOf(`\r\n--${boundary}`, start)));
}

export function recordedNames(prefix: string): string[] {
  return fs
    .readdirSync(dir)
    .filter((file) => file.startsWith(prefix) && file.endsWith('.body'))
    .map((file) => file.slice(0, -'.body'.length));
}
