import {
  isNumberedTask,
  isOwnSampleLabel,
  parseSpanIdCodes,
  parseTraceId,
  type SampleLabelRole,
  sampleLabelRole,
} from '../../src/model/label-names';
import type { FrameKind } from '../../src/model/profile';
import type { ContextFields } from '../../src/model/profile-builder';
import type { SampleLabel } from '../../src/model/sample-labels';

/** What a sample was about beside its stack. */
export interface Detail {
  readonly kind: FrameKind;
  readonly value: string;
}

const detailKinds: Partial<Record<SampleLabelRole, FrameKind>> = {
  exceptionType: 'detail:exception',
  lockName: 'detail:lock',
  allocatedClass: 'detail:class',
};

/** Sorts the labels of a sample into what the model keeps: thread, endpoint, span, trace, a detail frame, and labels of its own. */
export class ContextMaker {
  private readonly values = new Map<SampleLabelRole, { readonly rank: number; readonly value: string }>();

  private readonly labels: SampleLabel[] = [];

  add(key: string, value: string): void {
    const found = sampleLabelRole(key);
    if (isOwnSampleLabel(key) && !isNumberedTask(key, value)) {
      this.labels.push([key, value]);
    }
    const known = found && this.values.get(found.role);
    if (found && value !== '' && (known === undefined || found.rank < known.rank)) {
      this.values.set(found.role, { rank: found.rank, value });
    }
  }

  fields(): ContextFields {
    const thread = this.text('threadName') ?? this.text('threadId');
    const endpoint = this.text('endpoint');
    const spanId = this.id('spanId');
    const rootSpanId = this.id('rootSpanId');
    const trace = parseTraceId(this.text('traceId') ?? '');
    return {
      ...(thread !== undefined && { thread }),
      ...(endpoint !== undefined && { endpoint }),
      ...(spanId !== undefined && { spanId }),
      ...(rootSpanId !== undefined && { rootSpanId }),
      ...(trace && { traceIdHigh: trace.high, traceIdLow: trace.low }),
      ...(this.labels.length > 0 && { labels: this.labels }),
    };
  }

  detail(): Detail | undefined {
    for (const [role, { value }] of this.values) {
      const kind = detailKinds[role];
      if (kind !== undefined) {
        return { kind, value };
      }
    }
    return undefined;
  }

  private text(role: SampleLabelRole): string | undefined {
    return this.values.get(role)?.value;
  }

  private id(role: SampleLabelRole): bigint | undefined {
    const text = this.text(role) ?? '';
    const codes = Array.from(text.slice(0, 32), (character) => character.charCodeAt(0));
    const words = new Uint32Array(2);
    return parseSpanIdCodes(codes, 0, codes.length, false, words, 0)
      ? (BigInt(words[1]) << 32n) | BigInt(words[0])
      : undefined;
  }
}
