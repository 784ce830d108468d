import { describeError, isCancelled } from './store-error';

describe('what the user is told', () => {
  const table = { code: 'bad_selector', message: 'The selector ends early.', hint: 'Write a selector like {a="b"}.' };

  it.each([
    ['an answer of the store', { status: 400, data: { error: table } }, table],
    [
      'a fault of the backend',
      { status: 502, data: { message: 'm', error: { code: 'unauthorized', message: 'm', hint: '' } } },
      { code: 'unauthorized', message: 'm', hint: undefined },
    ],
    [
      'an error of Grafana',
      { status: 403, data: { message: 'Access denied' } },
      { message: 'Access denied', code: undefined, hint: undefined },
    ],
    [
      'a query error',
      { message: 'Query failed', refId: 'A' },
      { message: 'Query failed', code: undefined, hint: undefined },
    ],
    ['a thrown error', new Error('broken'), { message: 'broken', code: undefined, hint: undefined }],
    ['a text', 'no network', { message: 'no network' }],
    ['nothing', undefined, { message: 'The request failed.' }],
  ])('reads %s', (_, reason, told) => {
    expect(describeError(reason)).toEqual(told);
  });

  it('knows a request that was given up', () => {
    expect(isCancelled({ cancelled: true })).toBe(true);
    expect(isCancelled(new DOMException('aborted', 'AbortError'))).toBe(true);
    expect(isCancelled(new Error('broken'))).toBe(false);
  });
});
