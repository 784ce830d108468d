import { instanceOf, makeLabels, parseTags } from './labels';

const limits = { bodyBytes: 1, partBytes: 1, decompressedBytes: 1, parts: 1, labels: 5, labelValueBytes: 10 };
const labelsOf = (text: string, family = '') =>
  Object.fromEntries(makeLabels(parseTags(text), { family, defaultService: 'none' }, limits));

describe('labels', () => {
  it('cuts tags at the first colon and keeps keys without a value', () => {
    expect(parseTags('a:b:c, d ,e:,,f:x y')).toEqual([
      ['a', 'b:c'],
      ['d', ''],
      ['e', ''],
      ['f', 'x y'],
    ]);
  });

  it('takes the first of repeated tags, a value before no value', () => {
    expect(labelsOf('a:1,a:2,b:,b:3,c')).toEqual({ a: '1', b: '3', c: '', service: 'none' });
  });

  it.each([
    ['service_name:x', { service: 'x' }],
    ['service.name:x,hostname:h', { service: 'x', host: 'h' }],
    ['service:,language:jvm', { service: 'none', language: 'java' }],
    ['runtime:nodejs', { service: 'none', runtime: 'nodejs', language: 'node' }],
  ])('normalises %s', (text, labels) => {
    expect(labelsOf(text)).toEqual(labels);
  });

  it('takes the language of the family when no tag tells it', () => {
    expect(labelsOf('', 'python').language).toBe('python');
  });

  it('cuts long values between characters and refuses too many labels', () => {
    expect(labelsOf('a:12345678éé').a).toBe('12345678é');
    expect(() => labelsOf('a:1,b:1,c:1,d:1,e:1')).toThrow(/limits\.labels/);
  });

  it('masks values under names of secrets', () => {
    expect(labelsOf('api_key:4f7a0c,db.password:12,token_limit:500')).toEqual({
      api_key: '***',
      'db.password': '***',
      token_limit: '500',
      service: 'none',
    });
  });

  it('keeps keys that are names of object members', () => {
    expect([
      ...makeLabels(parseTags('__proto__:x,constructor:y'), { family: '', defaultService: 'n' }, limits),
    ]).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['service', 'n'],
    ]);
  });

  it('names the instance by the best that is there', () => {
    const of = (labels: Record<string, string>) => instanceOf(new Map(Object.entries(labels)), '10.0.0.1');
    expect(of({ 'runtime-id': 'r', host: 'h', pid: '1' })).toBe('r');
    expect(of({ host: 'h', process_id: '1' })).toBe('h/1');
    expect(of({ host: 'h' })).toBe('10.0.0.1');
  });
});
