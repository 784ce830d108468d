import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { uploadFiles, type UploadOptions } from './cli-upload';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'hotspan-test-'));
const file = path.join(dir, 'cpu.pprof');
fs.writeFileSync(file, 'bytes');

/** Takes anything and says nothing that a store would say. */
const other = http.createServer((request, response) => {
  request.resume();
  response.end(JSON.stringify({ seen: request.headers.authorization }));
});
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
});
afterAll(() => {
  other.close();
  fs.rmSync(dir, { recursive: true });
});

async function run(files: readonly string[], options: Partial<UploadOptions>): Promise<{ code: number; err: string }> {
  const lines: string[] = [];
  const output = { out: () => undefined, err: (line: string) => void lines.push(line) };
  return { code: await uploadFiles(files, { url, label: [], ...options }, output), err: lines.join('\n') };
}

describe('hotspan upload says what to do', () => {
  it.each<[what: string, path: string, options: Partial<UploadOptions>, said: RegExp]>([
    ['a folder', dir, {}, /: this is a folder; name the files in it$/],
    ['no file', path.join(dir, 'none'), {}, /: no such file$/],
    ['no URL', file, { url: 'shop' }, /^--url shop is not an http or https URL/],
    ['another protocol', file, { url: 'ftp://host' }, /^--url ftp:\/\/host is not/],
    ['a label that is a parameter', file, { label: ['start=1'] }, /^--label start=1 has the name of a parameter/],
    ['a label without value', file, { label: ['team'] }, /^--label team is not KEY=VALUE$/],
    ['another server', file, {}, /the server answered 200, but not like a Hotspan store; check --url$/],
  ])('%s', async (_what, name, options, said) => {
    const { code, err } = await run([name], options);
    expect(code).toBe(1);
    expect(err).toMatch(said);
  });

  it('never shows a token', async () => {
    const { code, err } = await run([file], { token: 'secret\nline' });
    expect(code).toBe(1);
    expect(err).toMatch(/^--token holds characters/);
    expect(err).not.toContain('secret');
  });
});
