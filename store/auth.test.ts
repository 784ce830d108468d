import { makeAuthorizer, splitTokenPath, type AuthSettings } from './auth';
import { HotspanError } from './errors';

const open: AuthSettings = { ingest: 'none', tokens: [] };
const guarded: AuthSettings = {
  ingest: 'none',
  tokens: [
    { token: 'reader-token', tenant: 'red', roles: ['query'] },
    { token: 'sender-token', tenant: 'blue', roles: ['ingest'] },
  ],
};
const strict: AuthSettings = { ...guarded, ingest: 'token' };

function outcome(
  settings: AuthSettings,
  headers: Record<string, string>,
  role: 'ingest' | 'query' | 'admin' | 'open',
  pathToken?: string
) {
  try {
    return makeAuthorizer(settings)({ headers, pathToken }, role).tenant;
  } catch (error) {
    return error instanceof HotspanError ? error.code : error;
  }
}

const basic = (password: string) => ({ authorization: `Basic ${Buffer.from(`any:${password}`).toString('base64')}` });

describe('who may do what', () => {
  it.each([
    ['no tokens: everybody, default tenant', open, {}, 'query', 'default'],
    ['no tokens: the header names the tenant', open, { 'x-scope-orgid': 'red' }, 'admin', 'red'],
    ['no tokens: a strange tenant is refused', open, { 'x-scope-orgid': '../x' }, 'query', 'bad_request'],
    ['no tokens: a dot is no tenant', open, { 'x-scope-orgid': '..' }, 'query', 'bad_request'],
    ['a query without a token', guarded, {}, 'query', 'unauthorized'],
    ['bearer', guarded, { authorization: 'Bearer reader-token' }, 'query', 'red'],
    ['bearer, lower case', guarded, { authorization: 'bearer reader-token' }, 'query', 'red'],
    ['basic password', guarded, basic('reader-token'), 'query', 'red'],
    ['api key', guarded, { 'dd-api-key': 'sender-token' }, 'ingest', 'blue'],
    ['wrong bearer', guarded, { authorization: 'Bearer reader-tokem' }, 'query', 'unauthorized'],
    ['wrong bearer where sending is open', guarded, { authorization: 'Bearer nope' }, 'ingest', 'unauthorized'],
    ['a foreign api key where sending is open', guarded, { 'dd-api-key': 'abc' }, 'ingest', 'default'],
    ['a foreign api key where sending is guarded', strict, { 'dd-api-key': 'abc' }, 'ingest', 'unauthorized'],
    ['nothing where sending is guarded', strict, {}, 'ingest', 'unauthorized'],
    ['a token without the role', guarded, { authorization: 'Bearer sender-token' }, 'query', 'forbidden'],
    ['admin needs admin', guarded, { authorization: 'Bearer reader-token' }, 'admin', 'forbidden'],
    [
      'another tenant than the token',
      guarded,
      { authorization: 'Bearer reader-token', 'x-scope-orgid': 'blue' },
      'query',
      'forbidden',
    ],
    [
      'the same tenant as the token',
      guarded,
      { authorization: 'Bearer reader-token', 'x-scope-orgid': 'red' },
      'query',
      'red',
    ],
    ['an empty tenant is none', guarded, { authorization: 'Bearer reader-token', 'x-scope-orgid': '' }, 'query', 'red'],
    ['open routes', guarded, {}, 'open', 'default'],
    [
      'open routes, whatever the headers say',
      guarded,
      { authorization: 'Bearer reader-token', 'x-scope-orgid': 'blue' },
      'open',
      'red',
    ],
  ] as const)('%s', (_what, settings, headers, role, expected) => {
    expect(outcome(settings, headers, role)).toBe(expected);
  });

  it('takes the token of the path', () => {
    expect(splitTokenPath('/token/sender-token/profiling/v1/input?a=1')).toEqual({
      url: '/profiling/v1/input?a=1',
      token: 'sender-token',
    });
    expect(splitTokenPath('/token/a%2Fb/x').token).toBe('a/b');
    expect(splitTokenPath('/tokens/x')).toEqual({ url: '/tokens/x', token: undefined });
    expect(outcome(strict, {}, 'ingest', 'sender-token')).toBe('blue');
    expect(outcome(strict, {}, 'ingest', 'wrong')).toBe('unauthorized');
  });
});
