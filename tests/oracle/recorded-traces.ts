import fs from 'node:fs';
import path from 'node:path';

/** A span of a recorded Datadog trace payload (`/v0.4/traces`, `/v0.5/traces`). Times are nanoseconds of the recording. */
export interface RecordedSpan {
  traceId: bigint;
  spanId: bigint;
  parentId: bigint;
  name: string;
  resource: string;
  startNs: bigint;
  durationNs: bigint;
  meta: Record<string, string>;
}

/** Reads MessagePack, as far as trace payloads use it. Integers are bigint. */
class MessagePack {
  private at = 0;
  constructor(private readonly bytes: Buffer) {}

  read(): unknown {
    const tag = this.bytes[this.at++];
    if (tag <= 0x7f) {
      return BigInt(tag);
    }
    if (tag <= 0x8f) {
      return this.map(tag & 0x0f);
    }
    if (tag <= 0x9f) {
      return this.list(tag & 0x0f);
    }
    if (tag <= 0xbf) {
      return this.text(tag & 0x1f);
    }
    return tag >= 0xe0 ? BigInt(tag - 0x100) : this.tagged(tag);
  }

  private tagged(tag: number): unknown {
    switch (tag) {
      case 0xc0:
        return null;
      case 0xc2:
      case 0xc3:
        return tag === 0xc3;
      case 0xca:
        return this.bytes.readFloatBE(this.skip(4));
      case 0xcb:
        return this.bytes.readDoubleBE(this.skip(8));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.text(this.uint(1 << (tag - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.list(this.uint(tag === 0xdc ? 2 : 4));
      case 0xde:
      case 0xdf:
        return this.map(this.uint(tag === 0xde ? 2 : 4));
      default:
        return this.integer(tag);
    }
  }

  private integer(tag: number): bigint {
    const size = 1 << ((tag - 0xcc) & 3);
    if (tag < 0xcc || tag > 0xd3) {
      throw new Error(`MessagePack tag ${tag} is not read here`);
    }
    const value = BigInt(`0x${this.bytes.subarray(this.at, this.at + size).toString('hex')}`);
    this.at += size;
    return tag >= 0xd0 ? BigInt.asIntN(size * 8, value) : value;
  }

  private uint(size: number): number {
    return this.bytes.readUIntBE(this.skip(size), size);
  }

  private skip(size: number): number {
    this.at += size;
    return this.at - size;
  }

  private text(size: number): string {
    const start = this.skip(size);
    return this.bytes.toString('utf8', start, start + size);
  }

  private list(size: number): unknown[] {
    return Array.from({ length: size }, () => this.read());
  }

  private map(size: number): Map<unknown, unknown> {
    return new Map(Array.from({ length: size }, () => [this.read(), this.read()] as const));
  }
}

const recordings = path.resolve(__dirname, '../fixtures/uploads/recordings');

/**
 * The spans of a recording. Form 0.5: [texts, traces], a span is [service, name, resource, trace id, span id, parent id,
 * start, duration, error, meta, metrics, type]; texts are indexes into the first list. Form 0.4: traces, a span is a map.
 */
export function recordedSpans(recording: string): RecordedSpan[] {
  const body = new MessagePack(fs.readFileSync(path.join(recordings, `${recording}.body`))).read();
  const [texts, traces] = body as [string[], unknown[][][]];
  if (typeof texts[0] !== 'string') {
    return (body as Array<Array<Map<string, unknown>>>).flat().map(spanOfMap);
  }
  const text = (index: unknown) => texts[Number(index)];
  return traces.flat().map((span) => ({
    name: text(span[1]),
    resource: text(span[2]),
    traceId: unsigned(span[3]),
    spanId: unsigned(span[4]),
    parentId: unsigned(span[5]),
    startNs: span[6] as bigint,
    durationNs: span[7] as bigint,
    meta: Object.fromEntries([...(span[9] as Map<unknown, unknown>)].map((pair) => pair.map(text))),
  }));
}

const unsigned = (id: unknown) => BigInt.asUintN(64, typeof id === 'bigint' ? id : 0n);

function spanOfMap(span: Map<string, unknown>): RecordedSpan {
  return {
    name: String(span.get('name')),
    resource: String(span.get('resource')),
    traceId: unsigned(span.get('trace_id')),
    spanId: unsigned(span.get('span_id')),
    parentId: unsigned(span.get('parent_id')),
    startNs: span.get('start') as bigint,
    durationNs: span.get('duration') as bigint,
    meta: Object.fromEntries((span.get('meta') as Map<string, string> | undefined) ?? []),
  };
}

export const hexId = (id: bigint) => id.toString(16).padStart(16, '0');

/** Trace id as OpenTelemetry has it: the upper half is a tag of the root span, where there is one. */
export const hexTraceId = (spans: RecordedSpan[]) =>
  (spans.find(({ meta }) => meta['_dd.p.tid'])?.meta['_dd.p.tid'] ?? '').padStart(16, '0') + hexId(spans[0].traceId);
