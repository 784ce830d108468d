import fs from 'node:fs';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { scrapedProfiles } from './ingest/scrape/target';

/**
 * The store's configuration: defaults < hotspan.yaml < HOTSPAN_* environment < flags. One schema checks the result and
 * every wrong key is reported at once with where it came from. docs/configuration.md describes the keys.
 */
const sizeFactors: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};
const durationFactors: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7, w: 6.048e8 };

const sizeBytes = z.union([z.number(), z.string()]).transform((value, context) => {
  const found = /^(\d+(?:\.\d+)?)\s*([kmgt]?i?b?)$/i.exec(String(value).trim());
  const factor = found ? sizeFactors[found[2].toLowerCase()] : undefined;
  if (!found || factor === undefined) {
    context.addIssue({ code: 'custom', message: `"${value}" is not a size like 10GB or 32MiB` });
    return z.NEVER;
  }
  return Math.round(Number(found[1]) * factor);
});

/** Milliseconds; a bare 0 is allowed and means "for ever" where the key says so. */
const durationMs = z.union([z.number(), z.string()]).transform((value, context) => {
  const text = String(value).trim();
  const found = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)$/.exec(text);
  if (text !== '0' && !found) {
    context.addIssue({ code: 'custom', message: `"${value}" is not a duration like 7d, 12h or 0` });
    return z.NEVER;
  }
  return found ? Math.round(Number(found[1]) * durationFactors[found[2]]) : 0;
});

export interface Address {
  readonly host: string;
  readonly port: number;
}

const address = z.string().transform((value, context): Address => {
  const found = /^(?:\[([0-9a-f:.]+)\]|([^:\s]+)):(\d{1,5})$/i.exec(value.trim());
  const port = found ? Number(found[3]) : NaN;
  if (!found || !(port <= 65535)) {
    context.addIssue({ code: 'custom', message: `"${value}" is not HOST:PORT` });
    return z.NEVER;
  }
  return { host: found[1] ?? found[2], port };
});

const httpUrl = z.url({ protocol: /^https?$/, message: 'is not an http or https URL' });
const count = z.coerce.number().int().positive();

const tenantName = z.string().regex(/^[\w.-]{1,100}$/, 'may hold letters, digits, _, - and . only');

const tokenSchema = z.strictObject({
  token: z.string().min(8, 'needs at least 8 characters'),
  tenant: tenantName.default('default'),
  roles: z.array(z.enum(['ingest', 'query', 'admin'])).min(1),
});

const labelText = z.string().regex(/^[^,\r\n]*$/, 'may hold no comma and no line break');

/** A Go process with net/http/pprof that the store pulls profiles from. */
const scrapeSchema = z
  .strictObject({
    /** Without a path: `/debug/pprof` there. */
    url: httpUrl.refine((url) => !/^https?:\/\/[^/]*@/i.test(url), 'may hold no credentials; use bearerToken'),
    service: labelText.min(1),
    labels: z.record(z.string().regex(/^[^,:\s]+$/, 'may hold no comma, colon or space'), labelText).default({}),
    tenant: tenantName.default('default'),
    interval: durationMs.prefault('15s').refine((ms) => ms >= 1000, 'must be a second or more'),
    profiles: z
      .array(z.enum(scrapedProfiles))
      .min(1)
      .default([...scrapedProfiles]),
    bearerToken: z
      .string()
      .regex(/^[\x21-\x7e]+$/, 'holds characters that no token has')
      .optional(),
  })
  .transform(({ url, interval, ...rest }) => ({
    ...rest,
    intervalMs: interval,
    url: new URL(url).pathname === '/' ? new URL('/debug/pprof', url).href : url,
  }));

/** Every retention has partitions of its own on every day. */
const maxRetentionRules = 20;

const retentionRuleSchema = z
  .strictObject({ tenant: tenantName.optional(), service: z.string().min(1).optional(), retention: durationMs })
  .refine(({ tenant, service }) => tenant !== undefined || service !== undefined, 'needs a tenant or a service');

const limitsSchema = z.strictObject({
  /** Of one request, as sent. */
  bodyBytes: sizeBytes.prefault('32MiB'),
  /** Of one part, decompressed. */
  partBytes: sizeBytes.prefault('64MiB'),
  /** Of all parts of one upload together, decompressed. */
  decompressedBytes: sizeBytes.prefault('128MiB'),
  parts: count.default(256),
  labels: count.default(128),
  labelValueBytes: count.default(4096),
  parseSeconds: count.default(30),
});

export const configSchema = z.strictObject({
  dataDir: z.string().min(1).default('hotspan-data'),
  listen: address.prefault('127.0.0.1:4140'),
  ingestListen: address.optional(),
  /** Default 127.0.0.1:4141, if that is free. */
  grpcListen: address.optional(),
  retention: durationMs.prefault('7d'),
  /** The first rule that fits an upload says how long it is kept; else `retention`. */
  retentionRules: z.array(retentionRuleSchema).max(maxRetentionRules).default([]),
  rawRetention: durationMs.optional(),
  rawMaxBytes: sizeBytes.prefault('20GB'),
  spoolMaxBytes: sizeBytes.prefault('10GB'),
  limits: limitsSchema.prefault({}),
  auth: z
    .strictObject({ ingest: z.enum(['none', 'token']).default('none'), tokens: z.array(tokenSchema).default([]) })
    .prefault({}),
  clickhouseUrl: httpUrl.optional(),
  clickhouseCluster: z.string().regex(/^\w+$/, 'may hold letters, digits and _ only').optional(),
  /** File with the PEM of the authority that signed the server's certificate. */
  clickhouseCa: z.string().min(1).optional(),
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  upstreamAgent: httpUrl.optional(),
  defaultService: z.string().min(1).default('unnamed-service'),
  scrape: z.array(scrapeSchema).default([]),
  parseThreads: z.coerce.number().int().min(1).max(64).optional(),
});

export type Config = z.output<typeof configSchema>;

/** Everything that is wrong, one line each. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      `The configuration has ${problems.length} wrong ${problems.length === 1 ? 'key' : 'keys'}:\n${problems.map((line) => `  - ${line}`).join('\n')}`
    );
    this.name = 'ConfigError';
  }
}

interface Layer {
  readonly values: Record<string, unknown>;
  /** Where a key of this layer was written, for messages. */
  origin(key: string): string;
}

export interface ConfigSources {
  /** Flags by configuration key (`dataDir`). */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: NodeJS.ProcessEnv;
  /** File named by `--config` or HOTSPAN_CONFIG; without one, `hotspan.yaml` of the working directory is read if present. */
  readonly file?: string;
  readonly workingDir: string;
}

/** Reads all layers. Throws `ConfigError`. */
export function loadConfig(sources: ConfigSources): Config {
  const problems: string[] = [];
  const layers = [fileLayer(sources, problems), envLayer(sources.env, problems), flagLayer(sources.flags)];
  const merged = layers.reduce<Record<string, unknown>>((all, layer) => mergeValues(all, layer.values), {});
  const checked = configSchema.safeParse(merged);
  if (!checked.success) {
    problems.push(...checked.error.issues.flatMap((issue) => describeIssue(issue, layers)));
  }
  const exposed = checked.success ? exposureProblem(checked.data) : undefined;
  if (exposed !== undefined) {
    problems.push(exposed);
  }
  if (!checked.success || problems.length > 0) {
    throw new ConfigError(problems);
  }
  return checked.data;
}

/** Why these addresses must not be opened, if so: query and admin stay closed to the network without tokens. */
function exposureProblem(config: Config): string | undefined {
  const roles = new Set(config.auth.tokens.flatMap((token) => token.roles));
  const missing = (['query', 'admin'] as const).filter((role) => !roles.has(role));
  if (isLoopback(config.listen.host) || missing.length === 0) {
    return config.auth.ingest === 'token' && !roles.has('ingest')
      ? 'auth.ingest is "token" but no token in auth.tokens has the role ingest, so nobody could send'
      : undefined;
  }
  return (
    `listen ${config.listen.host} can be reached from other machines, but auth.tokens has no token with the ` +
    `${missing.length === 1 ? 'role' : 'roles'} ${missing.join(' and ')}: anybody could read or delete profiles. ` +
    'Add tokens, or listen on 127.0.0.1 and give tracers an address of their own with ingestListen'
  );
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function fileLayer(sources: ConfigSources, problems: string[]): Layer {
  const named = sources.file ?? sources.env.HOTSPAN_CONFIG;
  const file = path.resolve(sources.workingDir, named ?? 'hotspan.yaml');
  const layer = (values: Record<string, unknown>): Layer => ({ values, origin: (key) => `${key} (${file})` });
  if (named === undefined && !fs.existsSync(file)) {
    return layer({});
  }
  try {
    const parsed: unknown = parseYaml(fs.readFileSync(file, 'utf8'));
    const checked = z.record(z.string(), z.unknown()).safeParse(parsed ?? {});
    if (!checked.success) {
      problems.push(`${file}: must be a YAML mapping of keys to values`);
    }
    return layer(checked.success ? checked.data : {});
  } catch (error) {
    problems.push(`${file}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
    return layer({});
  }
}

/** HOTSPAN_ names that are not configuration keys. */
const otherEnvNames = new Set(['HOTSPAN_CONFIG', 'HOTSPAN_URL', 'HOTSPAN_TOKEN', 'HOTSPAN_VERSION']);

function envLayer(env: NodeJS.ProcessEnv, problems: string[]): Layer {
  const keys = new Map(configKeys().map((key) => [envName(key), key]));
  const values: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith('HOTSPAN_') || otherEnvNames.has(name) || text === undefined) {
      continue;
    }
    const key = keys.get(name);
    if (key === undefined) {
      problems.push(`${name} (environment): no such key; known names are ${[...keys.keys()].join(', ')}`);
    } else {
      setPath(values, key, key in listExamples ? parseJson(name, text, listExamples[key], problems) : text);
    }
  }
  return { values, origin: (key) => `${envName(key)} (environment)` };
}

/** Keys that are lists, which an environment variable holds as JSON. */
const listExamples: Readonly<Record<string, string>> = {
  'auth.tokens': '[{"token":"…","roles":["query"]}]',
  retentionRules: '[{"service":"…","retention":"3d"}]',
  scrape: '[{"url":"http://127.0.0.1:6060","service":"shop"}]',
};

function parseJson(name: string, text: string, example: string, problems: string[]): unknown {
  try {
    return JSON.parse(text);
  } catch {
    problems.push(`${name} (environment): must be JSON like ${example}`);
    return [];
  }
}

function flagLayer(flags: Readonly<Record<string, unknown>>): Layer {
  const values = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  return { values, origin: (key) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} (flag)` };
}

/** Every leaf key in dotted form. */
export function configKeys(): string[] {
  const nested: Record<string, string[]> = {
    limits: Object.keys(limitsSchema.shape),
    auth: ['ingest', 'tokens'],
  };
  return Object.keys(configSchema.shape).flatMap((key) => nested[key]?.map((inner) => `${key}.${inner}`) ?? [key]);
}

function envName(key: string): string {
  return `HOTSPAN_${key
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .replaceAll('.', '_')
    .toUpperCase()}`;
}

function setPath(values: Record<string, unknown>, key: string, value: unknown): void {
  const [first, second] = key.split('.');
  values[first] = second === undefined ? value : { ...(isRecord(values[first]) ? values[first] : {}), [second]: value };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mergeValues(low: Record<string, unknown>, high: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...low };
  for (const [key, value] of Object.entries(high)) {
    const below = merged[key];
    merged[key] = isRecord(below) && isRecord(value) ? { ...below, ...value } : value;
  }
  return merged;
}

function describeIssue(issue: z.core.$ZodIssue, layers: readonly Layer[]): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const full = [...issue.path, key].join('.');
      return `${originOf([...issue.path, key], layers)}: no such key; did you mean ${nearestKey(full)}?`;
    });
  }
  return [`${originOf(issue.path, layers)}: ${issue.message}`];
}

/** The highest layer that has a value there. */
function originOf(at: readonly PropertyKey[], layers: readonly Layer[]): string {
  const key = at.map(String).join('.');
  const owner = layers.findLast((layer) => hasPath(layer.values, at));
  return owner?.origin(key) ?? `${key} (default)`;
}

function hasPath(values: unknown, at: readonly PropertyKey[]): boolean {
  let here: unknown = values;
  for (const key of at) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) {
      return false;
    }
    here = Reflect.get(here, key);
  }
  return true;
}

function nearestKey(wrong: string): string {
  const scored = configKeys().map((key) => ({ key, distance: editDistance(key.toLowerCase(), wrong.toLowerCase()) }));
  return scored.sort((a, b) => a.distance - b.distance)[0].key;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
