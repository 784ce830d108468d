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
  /** Sum of the samples without any frame in one upload. */
  readonly framelessValue: number;
  service(number: number): string;
  /** A pattern of them. */
  readonly allServices: string;
  request(number: number): PeerRequest;
}

/** What a run of the bench sends: everything is before `endMs`, and its services have names that no other run has. */
export interface PeerRun {
  /** To the minute, ms since 1970. */
  readonly endMs: number;
  readonly name: string;
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

export function makeSets(sizes: SetSizes, run: PeerRun): Readonly<Record<string, PeerSet>> {
  const s = cutPprof(read('go-cpu-guance.pprof'));
  const m = cutPprof(read('go-cpu-rclone.pgo'));
  const l = cutPprof(largeProfile());
  const dp = cutPprof(read('python-ddtrace-guance.pprof'));
  const sets = [
    hourSet('S', s, { uploads: sizes.S, services: 20, run }),
    hourSet('M', m, { uploads: sizes.M, services: 20, run }),
    hourSet('L', l, { uploads: sizes.L, services: 5, run }),
    hourSet('DP', dp, { uploads: sizes.DP, services: 20, run }),
    recordings(sizes.JFR, run),
    daySet('DAY', [s, m], { minutes: sizes.dayMinutes, run, churned: false }),
    daySet('churned', [s, m], { minutes: sizes.dayMinutes, run, churned: true }),
  ];
  return Object.fromEntries(sets.map((set) => [set.name, set]));
}

/** As Go's CPU profiles: the wall time of a drawn sample stands for CPU time. */
const goCpu = [
  { column: 3, type: 'samples', unit: 'count' },
  { column: 2, type: 'cpu', unit: 'nanoseconds' },
];

/** The files of set S under another name. */
export function likeS(name: string, uploads: number, run: PeerRun): PeerSet {
  return hourSet(name, cutPprof(read('go-cpu-guance.pprof')), { uploads, services: 20, run });
}

const goPeriod = { type: 'cpu', unit: 'nanoseconds', value: 10_000_000 };

/** 73,417 samples in 3 MB and more: no file of the corpus is as large, so it is drawn. */
function largeProfile(): Uint8Array {
  const program = makeProgram(7, { stacks: 60_000, functions: 4000, depth: 20, threads: 1, endpoints: 1 });
  const drawn = drawUpload(program, 1, { stackSamples: 73_417, otherSamples: 0, requests: 0 });
  return writePprof(program, drawn, { startNs: 0n, durationNs: minuteMs * 1e6, columns: goCpu, period: goPeriod });
}

/** Names of a set's services; another run has others, so that no server answers with older uploads too. */
function namesOf(set: string, { name }: PeerRun): Pick<PeerSet, 'service' | 'allServices'> {
  const prefix = `${set.toLowerCase()}-${name}-`;
  return { service: (number) => `${prefix}${number}`, allServices: `${prefix}.*` };
}

function labelsOf(service: string, pod: number): Record<string, string> {
  return { __name__: 'process_cpu', service_name: service, pod: `${service}-pod-${pod}` };
}

function framelessValue({ samples }: CutPprof): number {
  return samples.reduce(
    (sum, { locations, values }) => sum + (locations.length === 0 ? values[values.length - 1] : 0),
    0
  );
}

function hourSet(
  name: string,
  cut: CutPprof,
  { uploads, services, run }: { readonly uploads: number; readonly services: number; readonly run: PeerRun }
): PeerSet {
  const names = namesOf(name, run);
  return {
    ...names,
    name,
    uploads,
    services,
    samples: cut.samples.length,
    framelessValue: framelessValue(cut),
    profileType: cpuType,
    request: (number) => {
      const service = names.service(number % services);
      const startMs = run.endMs - Math.round(((number % uploads) / uploads) * filledMinutes * minuteMs) - minuteMs;
      return pushRequest(labelsOf(service, Math.floor(number / services) % podsPerService), pprofAt(cut, startMs));
    },
  };
}

/** One service: every pod sends one profile a minute, every tenth of them a large one. */
function daySet(
  name: string,
  [small, large]: readonly CutPprof[],
  { minutes, run, churned }: { readonly minutes: number; readonly run: PeerRun; readonly churned: boolean }
): PeerSet {
  const names = namesOf(name, run);
  return {
    ...names,
    name,
    uploads: minutes * dayPods,
    services: 1,
    framelessValue: churned ? 0 : framelessValue(large),
    samples: Math.round(small.samples.length * 0.9 + large.samples.length * 0.1),
    profileType: cpuType,
    request: (number) => {
      const pod = number % dayPods;
      const startMs = run.endMs - (Math.floor(number / dayPods) + 1) * minuteMs - pod * 1000;
      const profile = pprofAt(pod === 0 ? large : small, startMs, churned ? number + 1 : undefined);
      return pushRequest(labelsOf(names.service(0), pod), profile);
    },
  };
}

function recordings(uploads: number, run: PeerRun): PeerSet {
  const files = [
    'java-ddtrace-guance-main.jfr',
    'java-async-profiler.jfr.gz',
    'java-wall.jfr.gz',
    'java-jdk-heavy.jfr',
  ];
  const contents = files.map((file) => (file.endsWith('.gz') ? gunzipSync(read(file)) : read(file)));
  const names = namesOf('JFR', run);
  return {
    ...names,
    name: 'JFR',
    uploads,
    services: files.length,
    samples: 0,
    framelessValue: 0,
    profileType: cpuType,
    // The name tells copies apart: a recording says itself when it was made.
    request: (number) =>
      ingestRequest(
        `${names.service(number % files.length)}-${number}`,
        run.endMs - minuteMs,
        contents[number % files.length]
      ),
  };
}
