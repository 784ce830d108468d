import { identity, periodSeconds, workSeconds } from './live';

/** What a user sets for any of Datadog's tracers to send traces and profiles to the store, and how the program works. */
export function datadogEnv(service: string, storeUrl: string): Record<string, string> {
  return {
    DD_TRACE_AGENT_URL: storeUrl,
    DD_PROFILING_ENABLED: 'true',
    DD_PROFILING_UPLOAD_INTERVAL: String(periodSeconds),
    DD_SERVICE: service,
    DD_ENV: identity.env,
    DD_VERSION: identity.version,
    DD_HOSTNAME: identity.host,
    DD_TAGS: `team:shop,host:${identity.host}`,
    SHOP_SECONDS: String(workSeconds),
  };
}
