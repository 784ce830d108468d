import {
  expectEndpointCounts,
  expectEndpoints,
  expectListed,
  expectMethods,
  expectQuiet,
  expectRoutes,
  expectSpans,
  expectTypes,
  type Stopwatch,
} from './checks';
import type { Live } from './live';

export interface ExpectedClient {
  /** Of every upload, beside env, version and host. */
  readonly labels: Readonly<Record<string, unknown>>;
  readonly types: readonly string[];
  /** Clocks that the client measures with. */
  readonly watches: readonly Stopwatch[];
  /** Log lines that have nothing to do with the store. */
  readonly harmless?: RegExp;
}

/** What holds for every client. */
export function testClient(live: () => Live, { labels, types, watches, harmless }: ExpectedClient): void {
  it('is listed with its labels', () => expectListed(live(), labels));
  it('carries the profile types of its language', () => expectTypes(live(), types));
  for (const watch of watches) {
    it(`gives methods the ${watch.profileType} of their stopwatch`, () => expectMethods(live(), watch));
  }
  it('does not complain', () => expectQuiet(live(), harmless));
}

/** What holds for a profiler that knows the spans of its tracer. */
export function testSpans(live: () => Live, watches: readonly Stopwatch[]): void {
  for (const watch of watches) {
    const type = watch.profileType;
    it(`gives a span its own methods with their ${type}, and no other's`, () => expectSpans(live(), watch));
    it(`gives the spans of a route their ${type}`, () => expectRoutes(live(), watch));
  }
}

export function testEndpoints(live: () => Live, watch: Stopwatch): void {
  it('tells endpoints apart', () => expectEndpoints(live(), watch));
}

export function testEndpointCounts(live: () => Live, lostPerUpload = 0): void {
  it('counts as many requests per endpoint as the program', () => expectEndpointCounts(live(), lostPerUpload));
}
