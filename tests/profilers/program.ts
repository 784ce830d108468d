import { spawn, type ChildProcess } from 'node:child_process';
import readline from 'node:readline';
import type { Readable } from 'node:stream';
import { z } from 'zod';

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

const methodTime = z.object({ wallNs: z.number(), cpuNs: z.number() });
const spanLine = z.object({
  name: z.string(),
  route: z.string(),
  spanId: z.string(),
  rootSpanId: z.string(),
  /** What ran directly in the span, by the program's own stopwatch. */
  methods: z.record(z.string(), methodTime),
});
export type SpanLine = z.output<typeof spanLine>;
const line = z.object({ span: spanLine.optional(), requests: z.record(z.string(), z.number()).optional() });

/** A small program with a real profiler in it. It prints JSON lines; everything else it writes is its log. */
export interface Program {
  readonly process: ChildProcess;
  readonly spans: readonly SpanLine[];
  /** Requests per route, when it has done its work. It then waits for SIGTERM, so that its profiler can send the rest. */
  finished(): Promise<Record<string, number>>;
  log(): string;
  /** Resolves to the exit code, or the signal that ended it. */
  stop(): Promise<number | string | null>;
  exited: Promise<number | string | null>;
}

const killAfterMs = 20_000;

export function startProgram({ command, args, env, cwd }: Command): Program {
  const child = spawn(command, args, { cwd, env: { ...withoutProfilers(process.env), ...env } });
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const spans: SpanLine[] = [];
  let log = '';
  let tellRequests = (_requests: Record<string, number>) => undefined as void;
  const requests = new Promise<Record<string, number>>((resolve) => (tellRequests = resolve));
  const exited = new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.removeListener('exit', killWithUs);
      resolve(code ?? signal);
    });
  });
  onLines(child.stderr, (text) => (log += `${text}\n`));
  onLines(child.stdout, (text) => {
    const told = line.safeParse(tryJson(text));
    if (told.data?.span) {
      spans.push(told.data.span);
    } else if (told.data?.requests) {
      tellRequests(told.data.requests);
    } else {
      log += `${text}\n`;
    }
  });
  const early = exited.then((code) => {
    throw new Error(`${command} ended with ${code} before its work was done:\n${log}`);
  });
  early.catch(() => undefined);
  return {
    process: child,
    spans,
    finished: () => Promise.race([requests, early]),
    log: () => log,
    exited,
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(killWithUs, killAfterMs);
      const code = await exited;
      clearTimeout(timer);
      return code;
    },
  };
}

function onLines(stream: Readable, take: (text: string) => void): void {
  readline.createInterface({ input: stream, crlfDelay: Infinity }).on('line', take);
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A developer's own settings must not change what a client does here. */
function withoutProfilers(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(DD_|PYROSCOPE_|OTEL_|SHOP_|NODE_)/.test(name)));
}
