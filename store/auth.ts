import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { HotspanError } from './errors';

/** Who calls, as decided by a token or, without tokens, by the header `X-Scope-OrgID` (else tenant `default`). */
export interface Caller {
  readonly tenant: string;
  readonly roles: ReadonlySet<Role>;
}

export type Role = 'ingest' | 'query' | 'admin';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller;
  }
  interface FastifyContextConfig {
    /** Which role a route needs; default `query`, for DELETE `admin`. `open` = everybody. */
    role?: Role | 'open';
  }
}

export interface AuthSettings {
  readonly ingest: 'none' | 'token';
  readonly tokens: ReadonlyArray<{ readonly token: string; readonly tenant: string; readonly roles: readonly Role[] }>;
}

/** What a request shows: the path prefix `/token/<token>/` is cut off before routing and handed over here. */
export interface Credentials {
  readonly headers: IncomingHttpHeaders;
  readonly pathToken: string | undefined;
}

const everyRole: ReadonlySet<Role> = new Set(['ingest', 'query', 'admin']);
const noRoles: ReadonlySet<Role> = new Set();

/** Decides who calls, and throws `unauthorized` or `forbidden` when that one may not use `role`. */
export function makeAuthorizer(settings: AuthSettings): (credentials: Credentials, role: Role | 'open') => Caller {
  const known = settings.tokens.map(({ token, tenant, roles }) => ({
    digest: digestOf(token),
    tenant,
    roles: new Set(roles),
  }));
  const find = (token: string) => {
    const digest = digestOf(token);
    // Every token is compared, so the time tells nothing about which one was near.
    return known.reduce<(typeof known)[number] | undefined>(
      (found, one) => (timingSafeEqual(one.digest, digest) ? one : found),
      undefined
    );
  };
  return (credentials, role) => {
    const shown = shownToken(credentials);
    const match = shown && find(shown.token);
    if (match) {
      return withRole({ tenant: match.tenant, roles: match.roles }, role, credentials.headers);
    }
    if (role === 'open') {
      return { tenant: 'default', roles: noRoles };
    }
    const openIngest = role === 'ingest' && settings.ingest === 'none';
    if (known.length === 0) {
      return { tenant: headerTenant(credentials.headers), roles: everyRole };
    }
    // Tracers in agentless mode always send an API key of their own; it says nothing where ingest is open.
    if (openIngest && (!shown || shown.from === 'apiKey')) {
      return { tenant: headerTenant(credentials.headers), roles: new Set<Role>(['ingest']) };
    }
    throw new HotspanError('unauthorized', shown ? 'the token is not known' : 'this route needs a token');
  };
}

function withRole(caller: Caller, role: Role | 'open', headers: IncomingHttpHeaders): Caller {
  if (role === 'open') {
    return caller;
  }
  const wanted = headers['x-scope-orgid'];
  if (wanted !== undefined && wanted !== '' && wanted !== caller.tenant) {
    throw new HotspanError('forbidden', 'the token belongs to another tenant than X-Scope-OrgID names');
  }
  if (!caller.roles.has(role)) {
    throw new HotspanError('forbidden', `the token does not have the role ${role}`);
  }
  return caller;
}

function shownToken({
  headers,
  pathToken,
}: Credentials): { token: string; from: 'path' | 'header' | 'apiKey' } | undefined {
  if (pathToken !== undefined) {
    return { token: pathToken, from: 'path' };
  }
  const [scheme, value] = (headers.authorization ?? '').split(/\s+/, 2);
  if (/^bearer$/i.test(scheme) && value) {
    return { token: value, from: 'header' };
  }
  if (/^basic$/i.test(scheme) && value) {
    const pair = Buffer.from(value, 'base64').toString('utf8');
    return { token: pair.slice(pair.indexOf(':') + 1), from: 'header' };
  }
  const apiKey = headers['dd-api-key'];
  return typeof apiKey === 'string' ? { token: apiKey, from: 'apiKey' } : undefined;
}

function headerTenant(headers: IncomingHttpHeaders): string {
  const tenant = headers['x-scope-orgid'];
  if (tenant === undefined || tenant === '') {
    return 'default';
  }
  if (typeof tenant !== 'string' || !/^[\w.-]{1,100}$/.test(tenant) || /^\.+$/.test(tenant)) {
    throw new HotspanError('bad_request', 'X-Scope-OrgID may hold letters, digits, _, - and . only');
  }
  return tenant;
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Takes `/token/<token>` off a URL. */
export function splitTokenPath(url: string): { url: string; token: string | undefined } {
  const found = /^\/token\/([^/?]+)(\/.*)$/.exec(url);
  return found ? { url: found[2], token: safeDecode(found[1]) } : { url, token: undefined };
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
