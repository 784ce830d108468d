import { isOwnSampleLabel, sampleLabelRole, type SampleLabelRole } from '../../../src/model/label-names';
import type { FrameKind } from '../../../src/model/profile';

/** Roles that make up a context; the other roles concern the stack. */
export const contextRoles = ['threadName', 'threadId', 'spanId', 'rootSpanId', 'traceId', 'endpoint'] as const;

export const detailRoles: ReadonlyArray<readonly [SampleLabelRole, FrameKind]> = [
  ['exceptionType', 'detail:exception'],
  ['lockName', 'detail:lock'],
  ['allocatedClass', 'detail:class'],
];

/** What a label key means, worked out once per key. */
export interface Key {
  /** Index in `contextRoles`, or -1. */
  readonly slot: number;
  /** 'own': a label that the program made up. */
  readonly role: SampleLabelRole | 'own';
  readonly rank: number;
  /** With spaces, as Datadog's clients write it, who write ids in decimal. */
  readonly decimal: boolean;
  /** Index in `detailRoles`, or -1. */
  readonly detail: number;
  readonly isClassName: boolean;
}

const ownKey: Key = { slot: -1, role: 'own', rank: 0, decimal: false, detail: -1, isClassName: false };

/** Null for a label that no one asks for. */
export function makeKey(name: string): Key | null {
  const found = sampleLabelRole(name);
  if (found === undefined) {
    return isOwnSampleLabel(name) ? ownKey : null;
  }
  const slot = contextRoles.findIndex((role) => role === found.role);
  const detail = detailRoles.findIndex(([role]) => role === found.role);
  const isClassName = found.role === 'className';
  const decimal = name.includes(' ');
  return slot < 0 && detail < 0 && !isClassName
    ? null
    : { slot, role: found.role, rank: found.rank, decimal, detail, isClassName };
}
