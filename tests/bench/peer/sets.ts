import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { drawUpload } from '../generator/draw-upload';
import { writePprof } from '../generator/pprof-file';
import { makeProgram } from '../generator/program';
import { ingestRequest, pushRequest, type PeerRequest } from './push';
import { cutPprof, pprofAt, type CutPprof } from './rewrite-pprof';

/** The sets of uploads that both stores get: files of the corpus, times rewritten. */
export interface PeerSet {
  readonly name: string;
  readonly uploads: number;
  readonly services: number;
  /** Samples of one upload. */
  readonly samples: number;
  /** In which both are asked; Pyroscope's five-part spelling. */
  readonly profileType: string;
  request(number: number): PeerRequest;
}

export interface SetSizes {
  readonly S: number;
  readonly M: number;
  readonly L: number;
  readonly DP: number;
  readonly JFR: number;
  readonly dayMinutes: number;
}

const minuteMs = 60_000;
const podsPerService = 5;
const dayPods = 10;
/** So much of the hour is filled. */
const filledMinutes = 50;
const cpuType = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const corpus = path.resolve('tests/fixtures/corpus');

const read = (file: string) => fs.readFileSync(path.join(corpus, file));

/** `endMs` = now, to the minute. */
export function makeSets(sizes: SetSizes, endMs: number): Readonly<Record<string, PeerSet>> {
  const s = cutPprof(read('go-cpu-guance.pprof'));
  const m = cutPprof(read('go-cpu-rclone.pgo'));
  const l = cutPprof(largeProfile());
  const dp = cutPprof(read('python-ddtrace-guance.pprof'));
  const sets = [
    hourSet('S', s, { uploads: sizes.S, services: 20, endMs }),
    hourSet('M', m, { uploads: sizes.M, services: 20, endMs }),
    hourSet('L', l, { uploads: sizes.L, services: 5, endMs }),
    hourSet('DP', dp, { uploads: sizes.DP, services: 20, endMs }),
    recordings(sizes.JFR, endMs),
    daySet('DAY', [s, m], { minutes: sizes.dayMinutes, endMs, churned: false }),
    daySet('churned', [s, m], { minutes: sizes.dayMinutes, endMs, churned: true }),
  ];
  return Object.fromEntries(sets.map((set) => [set.name, set]));
}

/** As Go's CPU profiles: the wall time of a drawn sample stands for CPU time. */
const goCpu = [
  { column: 3, type: 'samples', unit: 'count' },
  { column: 2, type: 'cpu', unit: 'nanoseconds' },
];

/** The files of set S under another name. */
export function likeS(name: string, uploads: number, endMs: number): PeerSet {
  return hourSet(name, cutPprof(read('go-cpu-guance.pprof')), { uploads, services: 20, endMs });
}

const goPeriod = { type: 'cpu', unit: 'nanoseconds', value: 10_000_000 };

/** 73,417 samples in 3 MB and more: no file of the corpus is as large, so it is drawn. */
function largeProfile(): Uint8Array {
  const program = makeProgram(7, { stacks: 60_000, functions: 4000, depth: 20, threads: 1, endpoints: 1 });
  const drawn = drawUpload(program, 1, { stackSamples: 73_417, otherSamples: 0, requests: 0 });
  return writePprof(program, drawn, { startNs: 0n, durationNs: minuteMs * 1e6, columns: goCpu, period: goPeriod });
}

/** Another one in every run, so that a server that was compared before doesn't answer with older uploads too. */
const run = Date.now().toString(36);

export function serviceOf(set: string, number: number): string {
  return `${set.toLowerCase()}-${run}-${number}`;
}

/** A pattern of all services of a set. */
export function servicesOf(set: string): string {
  return `${set.toLowerCase()}-${run}-.*`;
}

function labelsOf(service: string, pod: number): Record<string, string> {
  return { __name__: 'process_cpu', service_name: service, pod: `${service}-pod-${pod}` };
}

function hourSet(
  name: string,
  cut: CutPprof,
  { uploads, services, endMs }: { readonly uploads: number; readonly services: number; readonly endMs: number }
): PeerSet {
  return {
    name,
    uploads,
    services,
    samples: cut.samples.length,
    profileType: cpuType,
    request: (number) => {
      const service = serviceOf(name, number % services);
      const startMs = endMs - Math.round(((number % uploads) / uploads) * filledMinutes * minuteMs) - minuteMs;
      return pushRequest(labelsOf(service, Math.floor(number / services) % podsPerService), pprofAt(cut, startMs));
    },
  };
}

/** One service: every pod sends one profile a minute, every tenth of them a large one. */
function daySet(
  name: string,
  [small, large]: readonly CutPprof[],
  { minutes, endMs, churned }: { readonly minutes: number; readonly endMs: number; readonly churned: boolean }
): PeerSet {
  return {
    name,
    uploads: minutes * dayPods,
    services: 1,
    samples: Math.round(small.samples.length * 0.9 + large.samples.length * 0.1),
    profileType: cpuType,
    request: (number) => {
      const pod = number % dayPods;
      const startMs = endMs - (Math.floor(number / dayPods) + 1) * minuteMs - pod * 1000;
      const profile = pprofAt(pod === 0 ? large : small, startMs, churned ? number + 1 : undefined);
      return pushRequest(labelsOf(serviceOf(name, 0), pod), profile);
    },
  };
}

function recordings(uploads: number, endMs: number): PeerSet {
  const files = [
    'java-ddtrace-guance-main.jfr',
    'java-async-profiler.jfr.gz',
    'java-wall.jfr.gz',
    'java-jdk-heavy.jfr',
  ];
  const contents = files.map((file) => (file.endsWith('.gz') ? gunzipSync(read(file)) : read(file)));
  return {
    name: 'JFR',
    uploads,
    services: files.length,
    samples: 0,
    profileType: cpuType,
    // The name tells copies apart: a recording says itself when it was made.
    request: (number) =>
      ingestRequest(
        `${serviceOf('JFR', number % files.length)}-${number}`,
        endMs - minuteMs,
        contents[number % files.length]
      ),
  };
}
