import fs from 'node:fs';
import path from 'node:path';
import type { Command } from './program';

/** What scripts/profilers.mjs found or installed, see setup.mjs. Absent keys were not asked for. */
export interface Ready {
  readonly python: { readonly bin: string; readonly minor: number };
  readonly node: { readonly modules: string };
  readonly goDatadog: { readonly program: string };
  readonly goPyroscope: { readonly program: string };
  readonly goHttppprof: { readonly program: string };
  readonly goCollector: { readonly program: string };
  readonly java: {
    readonly ddAgent: string;
    readonly pyroscopeAgent: string;
    readonly asyncProfiler: string;
    readonly classPath: string;
    readonly otelClassPath: string;
  };
  readonly rust: { readonly program: string };
  readonly gperftools: { readonly program: string; readonly pprof: string };
  readonly perf: { readonly program: string };
  readonly examples: { readonly programs: Readonly<Record<string, Command>> };
}

const readyFile = path.resolve(__dirname, '../../build/profilers/ready.json');
const ready: { readonly [need in keyof Ready]?: Ready[need] & { readonly reason?: string } } = JSON.parse(
  fs.readFileSync(readyFile, 'utf8')
);

/** Folder of the programs in a language. */
export const programDir = (language: string) => path.join(__dirname, 'programs', language);

/** Tests of a client; skipped, with the reason in the name, where it can't run on this machine. */
export function describeWith<Need extends keyof Ready>(
  title: string,
  need: Need,
  body: (tools: Ready[Need]) => void
): void {
  const tools = ready[need];
  if (tools === undefined || tools.reason !== undefined) {
    // The body only names its tests then; what it would use of the tools is not there.
    const nothing = new Proxy({} as Ready[Need], { get: () => '' });
    describe.skip(`${title} (${tools?.reason ?? 'not set up: npm run test:profilers does it'})`, () => body(nothing));
    return;
  }
  describe(title, () => body(tools));
}
