import { identity, periodSeconds, workSeconds } from './live';

/** How the programs with a Pyroscope SDK are told where to send, and how they work. */
export function pyroscopeEnv(service: string, storeUrl: string): Record<string, string> {
  return {
    PYROSCOPE_SERVER_ADDRESS: storeUrl,
    SHOP_SERVICE: service,
    SHOP_HOST: identity.host,
    SHOP_PERIOD: String(periodSeconds),
    SHOP_SECONDS: String(workSeconds),
  };
}
