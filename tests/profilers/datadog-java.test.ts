import { expectInferred, type InferredWait, type Stopwatch } from './checks';
import { testClient, testEndpointCounts, testEndpoints, testSpans } from './client-tests';
import { datadogJava } from './commands';
import { runLive } from './live';
import { describeWith } from './ready';

const service = 'live-dd-java';
const cpu: Stopwatch = { profileType: 'cpu-time', clock: 'cpuNs', intervalNs: 10e6, method: (name) => `Shop.${name}` };

/** Of the JDK's own events, which know no span; the agent records those of 10 ms and more. */
const reading: InferredWait = { profileType: 'socket-io-read-time', method: 'fetchPrices', thresholdNs: 10e6 };
const locking: InferredWait = { profileType: 'lock-wait-time', method: 'waitForStock', thresholdNs: 10e6 };

describeWith('dd-java-agent', 'java', (tools) => {
  const { live } = runLive(service, (storeUrl) => datadogJava(tools, service, storeUrl));
  testClient(live, {
    labels: { language: 'java', runtime: expect.stringContaining('VM') },
    types: ['cpu-time', 'wall-time', 'allocated-memory', 'allocations', 'thrown-exceptions', 'lock-wait-time'],
    watches: [cpu],
    // What the JVM says about every agent, and settings with names like these in them.
    harmless: /Sharing is only supported for boot loader classes|DATADOG TRACER CONFIGURATION/,
  });
  testSpans(live, [cpu]);
  it('ties reads from a socket to their spans, as a line of its own with its error', () =>
    expectInferred(live(), reading, cpu.method));
  it('ties waits for a lock to the child span that only waits, as a line of its own with its error', () =>
    expectInferred(live(), locking, cpu.method));
  testEndpoints(live, cpu);
  // Its form has no counts. The recording has an event for every request, but for one that ends while recordings change.
  testEndpointCounts(live, 1);
});
