import net from 'node:net';
import type { RunningStore } from '../integration/start-store';
import { startProgram } from './program';

/** An OpenTelemetry Collector that takes OTLP over HTTP and sends it on over gRPC, as its exporter does by default: compressed. */
export async function startCollector(program: string, store: RunningStore) {
  const port = await freePort();
  const collector = startProgram({
    command: program,
    args: [`--config=yaml:${configText(port, new URL(store.grpcUrl).host)}`, '--feature-gates=service.profilesSupport'],
  });
  await untilOpen(port, collector.log);
  return {
    url: `http://127.0.0.1:${port}`,
    log: collector.log,
    close: async () => {
      await collector.stop();
    },
  };
}

function configText(port: number, storeGrpc: string): string {
  const config = {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: { otlp_grpc: { endpoint: storeGrpc, tls: { insecure: true } } },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { profiles: { receivers: ['otlp'], exporters: ['otlp_grpc'] } },
    },
  };
  return JSON.stringify(config);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function untilOpen(port: number, log: () => string): Promise<void> {
  const end = Date.now() + 30_000;
  for (;;) {
    const socket = net.connect(port, '127.0.0.1');
    const isOpen = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) {
      return;
    }
    if (Date.now() > end) {
      throw new Error(`the Collector does not listen:\n${log()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
