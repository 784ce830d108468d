export interface RecordedPart {
  readonly field: string;
  readonly fileName?: string;
  readonly bytes: Buffer;
}

export function readParts(name: string): Promise<RecordedPart[]>;
export function shiftTo(parts: RecordedPart[], endMs: number, tags?: Record<string, string>): RecordedPart[];
export function send(url: string, parts: RecordedPart[]): Promise<void>;
export function sendDemoData(options: {
  url: string;
  minutes?: number;
  without?: string;
  onProgress?: (done: number, all: number) => void;
}): Promise<void>;
export function keepSending(options: { url: string; without?: string; everyMs?: number }): Promise<never>;
/** Numbers in [0, 1), the same for the same seed. */
export function randomFrom(seed: number): () => number;
export function vary(
  part: RecordedPart,
  how: { salt: bigint; share: number; random: () => number; without?: string }
): RecordedPart;
