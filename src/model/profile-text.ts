import { type FrameKind, frameKinds, type Profile, type RuntimeInfoEntry, type ValueType } from './profile';
import { sampleLabelLines, sampleLabelOf } from './sample-labels';
import { type ContextFields, ProfileBuilder, type ProfileFacts } from './profile-builder';

/*
 * Profiles drawn as text, for tests: one line per sample, values first, then the stack from its root, then the context.
 *
 *   types: cpu-time/nanoseconds, wall-time/nanoseconds
 *   10 20 | main; checkout [file=shop/cart.py:12 lib=shop class=Cart]; sleep [kind=native] | thread=web-0 span=1f
 *   0 5   | (no stack)
 *
 * Frames: `name [class= pkg= lib= file=PATH:LINE kind=]`; contexts: `thread= endpoint= operation= labels= span= root=
 * trace= inferred=1`, ids in hex, labels as `sample-labels.ts` writes them.
 * Texts with spaces in attributes, or with one of `;|[]"=` or outer spaces, are written as JSON strings. Optional first
 * lines: `start:`, `duration:`, `period: TYPE/UNIT VALUE`, `info: "GROUP" "KEY" "VALUE"`. Lines starting with `#` are left out.
 */

/** The inverse of `drawProfile`; the result keeps the drawn order of samples, strings and frames. */
export function parseDrawnProfile(text: string): Profile {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const heads = lines.filter((line) => isHead(line));
  const builder = new ProfileBuilder(parseTypes(headText(heads, 'types') ?? 'cpu-time/nanoseconds'));
  for (const line of lines.filter((one) => !isHead(one))) {
    parseSample(builder, line);
  }
  return builder.finish(parseFacts(heads));
}

/** The profile as text: see above. Equal profiles give equal texts. */
export function drawProfile(profile: Profile): string {
  const { samples, valueTypes } = profile;
  const lines = drawHead(profile);
  for (let i = 0; i < samples.length; i++) {
    const values = samples.values.subarray(i * valueTypes.length, (i + 1) * valueTypes.length);
    const context = drawContext(profile, samples.context[i]);
    const parts = [[...values].join(' '), drawStack(profile, samples.stack[i]), ...(context === '' ? [] : [context])];
    lines.push(parts.join(' | '));
  }
  return lines.join('\n') + '\n';
}

/** Attributes of frames, in the order they are drawn, and the words for them. */
const frameAttributes = [
  ['class', 'className'],
  ['pkg', 'packageName'],
  ['lib', 'library'],
] as const;

function isHead(line: string): boolean {
  return /^(types|start|duration|period|info):/.test(line);
}

function headText(heads: string[], name: string): string | undefined {
  return heads.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1);
}

function parseTypes(text: string): ValueType[] {
  return text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(parseType);
}

function parseType(text: string): ValueType {
  const [type = '', unit = ''] = text.trim().split('/');
  return { type, unit };
}

function parseFacts(heads: string[]): ProfileFacts {
  const [, type, value] = /^\s*(\S+)\s+(\S+)\s*$/.exec(headText(heads, 'period') ?? '') ?? [];
  const period = type === undefined ? {} : { period: { ...parseType(type), value: Number(value) } };
  return {
    startNs: BigInt(headText(heads, 'start')?.trim() ?? 0),
    durationNs: Number(headText(heads, 'duration') ?? 0),
    ...period,
    runtimeInfo: heads.filter((line) => line.startsWith('info:')).map(parseInfo),
  };
}

function parseInfo(line: string): RuntimeInfoEntry {
  const [group = '', key = '', value = ''] = splitOutside(line.slice(5).trim(), ' ').map(unquote);
  return { group, key, value };
}

function parseSample(builder: ProfileBuilder, line: string): void {
  const [values = '', stack = '', context = ''] = splitOutside(line, '|').map((part) => part.trim());
  const frames =
    stack === '' || stack === '(no stack)' ? [] : splitOutside(stack, ';').map((frame) => parseFrame(builder, frame));
  const base = builder.sample(
    builder.stack(Uint32Array.from(frames.reverse()), frames.length),
    builder.context(parseContext(context))
  );
  const numbers = values.split(/\s+/).map(Number);
  if (numbers.length !== builder.valueTypes.length || !numbers.every(Number.isSafeInteger)) {
    throw new Error(`drawn profile: ${builder.valueTypes.length} whole numbers expected before "|" in: ${line}`);
  }
  builder.values.set(numbers, base);
}

function parseFrame(builder: ProfileBuilder, text: string): number {
  const [, name = '', attributes = ''] = /^\s*("(?:[^"\\]|\\.)*"|[^[]*?)\s*(?:\[(.*)\])?\s*$/s.exec(text) ?? [];
  const { class: className, pkg, lib, file, kind } = parseAttributes(attributes);
  const [, path = '', line = '0'] = /^(.*?)(?::(-?\d+))?$/s.exec(file ?? '') ?? [];
  return builder.frame({
    method: builder.string(unquote(name)),
    className: builder.string(className ?? ''),
    packageName: builder.string(pkg ?? ''),
    library: builder.string(lib ?? ''),
    file: builder.string(path),
    line: Number(line),
    kind: parseKind(kind ?? 'method'),
  });
}

function parseKind(text: string): FrameKind {
  const kind = frameKinds.find((one) => one === text);
  if (kind === undefined) {
    throw new Error(`drawn profile: unknown kind ${text}`);
  }
  return kind;
}

function parseContext(text: string): ContextFields {
  const { thread, endpoint, operation, labels, span, root, trace, inferred } = parseAttributes(text);
  const traceId = hex(trace);
  return {
    thread,
    endpoint,
    operation,
    ...(labels !== undefined && { labels: sampleLabelLines(labels).map(sampleLabelOf) }),
    inferred: inferred === '1',
    spanId: hex(span),
    rootSpanId: hex(root),
    traceIdHigh: traceId >> 64n,
    traceIdLow: BigInt.asUintN(64, traceId),
  };
}

function hex(digits: string | undefined): bigint {
  return digits === undefined ? 0n : BigInt(`0x${digits}`);
}

function parseAttributes(text: string): Record<string, string | undefined> {
  const parts = splitOutside(text.trim(), ' ').filter((part) => part !== '');
  return Object.fromEntries(
    parts.map((part) => {
      const equals = part.indexOf('=');
      return [part.slice(0, equals), unquote(part.slice(equals + 1))];
    })
  );
}

/** Splits at `separator`, but not inside JSON strings or brackets. */
function splitOutside(text: string, separator: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[\s\S]/g)) {
    depth += token === '[' ? 1 : token === ']' ? -1 : 0;
    if (token === separator && depth === 0) {
      parts.push('');
    } else {
      parts[parts.length - 1] += token;
    }
  }
  return parts;
}

function unquote(text: string): string {
  return text.startsWith('"') ? String(JSON.parse(text)) : text;
}

function drawHead({ valueTypes, startNs, durationNs, period, runtimeInfo }: Profile): string[] {
  return [
    `types: ${valueTypes.map(({ type, unit }) => `${type}/${unit}`).join(', ')}`,
    ...(startNs === 0n ? [] : [`start: ${startNs}`]),
    ...(durationNs === 0 ? [] : [`duration: ${durationNs}`]),
    ...(period ? [`period: ${period.type}/${period.unit} ${period.value}`] : []),
    ...runtimeInfo.map(
      (entry) => `info: ${[entry.group, entry.key, entry.value].map((one) => JSON.stringify(one)).join(' ')}`
    ),
  ];
}

function drawStack(profile: Profile, stack: number): string {
  const { offset, frame } = profile.stacks;
  const frames = [...frame.subarray(offset[stack], offset[stack + 1])].reverse();
  return frames.length === 0 ? '(no stack)' : frames.map((index) => drawFrame(profile, index)).join('; ');
}

function drawFrame({ frames, strings }: Profile, index: number): string {
  const file = strings[frames.file[index]];
  const line = frames.line[index];
  const kind = frameKinds[frames.kind[index]];
  const attributes = [
    ...frameAttributes.map(([word, column]) => [word, strings[frames[column][index]]]),
    ['file', line === 0 && !/:\d+$/.test(file) ? file : `${file}:${line}`],
    ['kind', kind === 'method' ? '' : kind],
  ].filter(([, value]) => value !== '');
  const name = quote(strings[frames.method[index]], false);
  return attributes.length === 0 ? name : `${name} [${drawAttributes(attributes)}]`;
}

function drawContext({ contexts, strings }: Profile, index: number): string {
  const traceId = (contexts.traceIdHigh[index] << 64n) | contexts.traceIdLow[index];
  const ids = [
    ['span', contexts.spanId[index]],
    ['root', contexts.rootSpanId[index]],
    ['trace', traceId],
  ] as const;
  return drawAttributes([
    ...[
      ['thread', strings[contexts.thread[index]]],
      ['endpoint', strings[contexts.endpoint[index]]],
      ['operation', strings[contexts.operation?.[index] ?? 0]],
      ['labels', strings[contexts.labels?.[index] ?? 0]],
    ].filter(([, value]) => value !== ''),
    ...ids.filter(([, id]) => id !== 0n).map(([word, id]) => [word, id.toString(16)]),
    ...(contexts.inferred?.[index] === 1 ? [['inferred', '1']] : []),
  ]);
}

function drawAttributes(attributes: string[][]): string {
  return attributes.map(([word, value = '']) => `${word}=${quote(value, true)}`).join(' ');
}

function quote(text: string, alsoSpaces: boolean): string {
  const plain =
    text !== '' && text === text.trim() && !/[;|[\]"=#\n\r\t]/.test(text) && !(alsoSpaces && /\s/.test(text));
  return plain && text !== '(no stack)' ? text : JSON.stringify(text);
}
