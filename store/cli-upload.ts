import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { types } from 'node:util';
import { z } from 'zod';
import { ownParameters } from './ingest/upload-form';

export interface UploadOptions {
  readonly url: string;
  readonly token?: string;
  /** What the store shall call the file. */
  readonly name?: string;
  readonly service?: string;
  readonly env?: string;
  readonly start?: string;
  readonly end?: string;
  readonly label: readonly string[];
}

export interface UploadOutput {
  out(line: string): void;
  err(line: string): void;
}

const accepted = z.object({ id: z.string(), repeated: z.boolean() });
const refused = z.object({ error: z.object({ code: z.string(), message: z.string(), hint: z.string() }) });

/** `hotspan upload FILE…`: one upload per file (`-` = standard input), one line with the id per upload. Returns the exit code. */
export async function uploadFiles(
  files: readonly string[],
  options: UploadOptions,
  output: UploadOutput
): Promise<number> {
  const wrong = wrongOption(options);
  if (wrong !== undefined) {
    output.err(wrong);
    return 1;
  }
  let failed = 0;
  for (const file of files) {
    try {
      output.out(await uploadFile(file, options));
    } catch (error) {
      failed++;
      output.err(`${file}: ${reasonOf(error, options.url)}`);
    }
  }
  return failed === 0 ? 0 : 1;
}

/** What is wrong with the options, if so. Tokens are never shown. */
function wrongOption({ url, token, label }: UploadOptions): string | undefined {
  if (!URL.canParse(url) || !/^https?:/i.test(url)) {
    return `--url ${url} is not an http or https URL like http://127.0.0.1:4140`;
  }
  if (token !== undefined && !/^[\x21-\x7e]*$/.test(token.trim())) {
    return '--token holds characters that no token has';
  }
  const pair = label.find((one) => one.indexOf('=') < 1);
  if (pair !== undefined) {
    return `--label ${pair} is not KEY=VALUE`;
  }
  const own = label.find((one) => ownParameters.has(one.slice(0, one.indexOf('='))));
  return own === undefined ? undefined : `--label ${own} has the name of a parameter of the upload; choose another key`;
}

async function uploadFile(file: string, options: UploadOptions): Promise<string> {
  const response = await fetch(uploadUrl(file, options), {
    method: 'POST',
    body: new Uint8Array(file === '-' ? await buffer(process.stdin) : await readFile(file)),
    headers: {
      'content-type': 'application/octet-stream',
      ...(options.token ? { authorization: `Bearer ${options.token.trim()}` } : {}),
    },
    signal: AbortSignal.timeout(60_000),
  });
  const text = await response.text();
  const parsed = accepted.safeParse(tryJson(text));
  if (!response.ok || !parsed.success) {
    throw new Error(refusalOf(response.status, text));
  }
  const { id, repeated } = parsed.data;
  return `${id}  ${file}${repeated ? '  (was uploaded before)' : ''}`;
}

function uploadUrl(file: string, options: UploadOptions): URL {
  const url = new URL(`${options.url.replace(/\/$/, '')}/api/v1/upload`);
  url.searchParams.set('name', options.name ?? (file === '-' ? 'stdin' : path.basename(file)));
  for (const name of ['service', 'env', 'start', 'end'] as const) {
    const value = options[name];
    if (value !== undefined) {
      url.searchParams.set(name, value);
    }
  }
  for (const pair of options.label) {
    const at = pair.indexOf('=');
    url.searchParams.append(pair.slice(0, at), pair.slice(at + 1));
  }
  return url;
}

function refusalOf(status: number, text: string): string {
  const parsed = refused.safeParse(tryJson(text));
  if (!parsed.success) {
    return `the server answered ${status}, but not like a Hotspan store; check --url`;
  }
  const { code, message, hint } = parsed.data.error;
  return `${message} (${code}). ${hint}`;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown, url: string): string {
  if (!types.isNativeError(error)) {
    return String(error);
  }
  if (error instanceof TypeError && error.message === 'fetch failed') {
    const cause =
      error.cause instanceof Error ? (Reflect.get(error.cause, 'code') ?? error.cause.message) : 'no connection';
    return `nothing answers at ${url} (${cause}); start it with "hotspan store" or give --url`;
  }
  return fileTroubles[String(Reflect.get(error, 'code'))] ?? error.message;
}

const fileTroubles: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'this is a folder; name the files in it',
  EACCES: 'this file may not be read by this user',
};
