/** How long uploads of some tenants and services are kept. Absent = any; a service may end in `*`. */
export interface RetentionRule {
  readonly tenant?: string;
  readonly service?: string;
  /** 0 = for ever. */
  readonly days: number;
}

/** The first rule that fits decides; without one, `defaultDays`. */
export function retentionDaysOf(
  tenant: string,
  service: string,
  rules: readonly RetentionRule[] | undefined,
  defaultDays: number
): number {
  const rule = rules?.find((one) => (one.tenant ?? tenant) === tenant && fits(one.service ?? service, service));
  return rule?.days ?? defaultDays;
}

function fits(pattern: string, service: string): boolean {
  return pattern.endsWith('*') ? service.startsWith(pattern.slice(0, -1)) : pattern === service;
}
