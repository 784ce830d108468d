import { writeVarint } from '../oracle/pprof-rewrite';

/** Writes pprof files by hand, field by field. */
export const num = (field: number, value: bigint | number) => [
  ...writeVarint(BigInt(field * 8), 0),
  ...writeVarint(BigInt(value), 0),
];
export const bytesField = (field: number, body: number[]) => [
  ...writeVarint(BigInt(field * 8 + 2), 0),
  ...writeVarint(BigInt(body.length), 0),
  ...body,
];
export const text = (value: string) => bytesField(6, [...Buffer.from(value)]);
export const head = [...text(''), ...text('cpu'), ...bytesField(1, [...num(1, 1), ...num(2, 1)])];

/** `head`, then `unit` so many times, without making a list of it. */
export function repeated(unit: number[], times: number, tail: number[] = []): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(head.length + unit.length * times + tail.length);
  bytes.set(head);
  for (let i = 0; i < times; i++) {
    bytes.set(unit, head.length + i * unit.length);
  }
  bytes.set(tail, bytes.length - tail.length);
  return bytes;
}
