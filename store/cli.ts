import { Command } from 'commander';
import type { UploadOptions } from './cli-upload';

export interface CliActions {
  readonly version: string;
  /** Flags by configuration key; those that were not given are missing. */
  store(flags: Record<string, unknown>, configFile: string | undefined): Promise<void>;
  upload(files: readonly string[], options: UploadOptions): Promise<void>;
}

/** Flags of `hotspan store` that stand for keys of the configuration. */
const storeFlags: ReadonlyArray<readonly [flag: string, description: string]> = [
  ['--data-dir <dir>', 'folder for profiles and raw uploads'],
  ['--listen <host:port>', 'address for everything'],
  ['--ingest-listen <host:port>', 'a second address that only takes uploads'],
  ['--grpc-listen <host:port>', 'address for OTLP over gRPC'],
  ['--retention <duration>', 'how long profiles are kept, like 7d; 0 = for ever'],
  ['--raw-retention <duration>', 'how long raw uploads are kept'],
  ['--raw-max-bytes <size>', 'most disk space for raw uploads'],
  ['--spool-max-bytes <size>', 'most bytes that may wait for the engine'],
  ['--clickhouse-url <url>', 'use this ClickHouse server instead of the embedded engine'],
  ['--clickhouse-cluster <name>', 'replicate and distribute the tables over this cluster'],
  ['--clickhouse-ca <file>', 'certificate of the authority that signed that of the server (PEM)'],
  ['--upstream-agent <url>', 'pass traces and other agent requests on to this agent'],
  ['--default-service <name>', 'service of uploads that name none'],
  ['--parse-threads <count>', 'threads that read uploads'],
  ['--log-level <level>', 'fatal, error, warn, info, debug, trace or silent'],
];

export function makeCli(actions: CliActions): Command {
  const program = new Command('hotspan').description('Continuous profiling inside Grafana').version(actions.version);
  const store = program
    .command('store')
    .description('run the profile store')
    .option('--config <file>', 'configuration file, default hotspan.yaml');
  storeFlags.forEach(([flag, description]) => store.option(flag, description));
  store.action(async ({ config, ...flags }: Record<string, unknown> & { config?: string }) =>
    actions.store(flags, config)
  );

  program
    .command('upload')
    .description('send profile files to a store')
    .argument('<file...>', 'profiles of any supported format; - reads standard input')
    .option('--url <url>', 'address of the store', process.env.HOTSPAN_URL || 'http://127.0.0.1:4140')
    .option('--token <token>', 'token with the role ingest; better given as HOTSPAN_TOKEN', process.env.HOTSPAN_TOKEN)
    .option('--name <name>', 'name of the file, if not its own')
    .option('--service <name>', 'label service')
    .option('--env <name>', 'label env')
    .option('--start <time>', 'start of the profile, RFC 3339 or a number since 1970')
    .option('--end <time>', 'end of the profile')
    .option('--label <k=v>', 'any other label, may be repeated', (pair: string, all: string[]) => [...all, pair], [])
    .action(async (files: string[], options: UploadOptions) => actions.upload(files, options));
  return program;
}
