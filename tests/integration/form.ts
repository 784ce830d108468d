/** Makes multipart bodies as tests need them. */
export interface FormPart {
  readonly name: string;
  readonly fileName?: string;
  readonly bytes: Uint8Array;
}

export interface Form {
  readonly contentType: string;
  readonly body: Buffer;
}

export function makeForm(parts: readonly FormPart[], boundary = 'hotspan-test-boundary'): Form {
  const pieces = parts.flatMap(({ name, fileName, bytes }) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${fileName === undefined ? '' : `; filename="${fileName}"`}\r\n\r\n`
    ),
    Buffer.from(bytes),
    Buffer.from('\r\n'),
  ]);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

/** The `event` part of an upload of one minute. */
export function eventPart(startMs: number, tags: string, more: Record<string, unknown> = {}): FormPart {
  const event = {
    version: '4',
    family: 'go',
    start: new Date(startMs).toISOString(),
    end: new Date(startMs + 60_000).toISOString(),
    tags_profiler: tags,
    ...more,
  };
  return { name: 'event', fileName: 'event.json', bytes: Buffer.from(JSON.stringify(event)) };
}

export function sendForm(baseUrl: string, form: Form, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${baseUrl}/profiling/v1/input`, {
    method: 'POST',
    headers: { 'content-type': form.contentType, ...headers },
    body: new Uint8Array(form.body),
  });
}

/** Id of an accepted upload in the agent form. */
export async function acceptedId(response: Response): Promise<string> {
  const text = await response.text();
  const answer: { content?: { ProfileID?: string } } = JSON.parse(text);
  if (response.status !== 200 || !answer.content?.ProfileID) {
    throw new Error(`not accepted: ${response.status} ${text}`);
  }
  return answer.content.ProfileID;
}
