import { AskedLately } from './asked-lately';

const byStack = { profileType: 'cpu-time', by: 'stack' } as const;
const byThread = { profileType: 'cpu-time', by: 'thread' } as const;

let nowMs = 0;
const asked = () => new AskedLately(() => nowMs);

it('knows what was asked of a service, once each, until it is long ago', () => {
  const lately = asked();
  lately.note(['shop', 'pay'], byStack);
  nowMs += 10 * 60_000;
  lately.note(['shop'], byThread);
  lately.note(['shop'], byThread);
  expect(lately.of('shop')).toMatchObject([byStack, byThread]);
  expect(lately.of('pay')).toMatchObject([byStack]);
  nowMs += 10 * 60_000;
  expect(lately.of('shop')).toMatchObject([byThread]);
  expect(lately.of('pay')).toEqual([]);
  expect(lately.of('mail')).toEqual([]);
});

it('does not remember questions about everything, nor any number of services', () => {
  const lately = asked();
  lately.note(
    Array.from({ length: 21 }, (_, at) => `many-${at}`),
    byStack
  );
  expect(lately.of('many-0')).toEqual([]);
  for (let at = 0; at < 1001; at++) {
    lately.note([`one-${at}`], byStack);
  }
  expect(lately.of('one-0')).toEqual([]);
  expect(lately.of('one-1')).toHaveLength(1);
});
