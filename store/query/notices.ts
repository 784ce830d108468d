import type { FrameMetaJson } from '../../src/api/query';

export type Notice = NonNullable<FrameMetaJson['notices']>[number];

export function warning(text: string): Notice {
  return { severity: 'warning', text };
}

export function info(text: string): Notice {
  return { severity: 'info', text };
}
