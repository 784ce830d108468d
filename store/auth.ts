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
}
