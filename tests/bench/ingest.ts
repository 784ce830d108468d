/**
 * Sustained ingest, parsing and fsync included, embedded engine: DESIGN §9's mix of clients in equal parts, and a JVM's 60 seconds.
 * Every upload gets a window of its own, so none is a repeat. Rate = uploads ÷ time until the last one is inserted; ack = time to
 * the 200. `npm run bench:store` has these rows and more.
 */
import { removeDataDirs, startStore } from '../integration/start-store';
import { printTable } from './store/meter';
import { reportBench } from './store/report';
import { jvmRecording, mixedClients, runLoad, type LoadRow } from './store/load';

const seconds = Number(process.env.BENCH_SECONDS ?? 15);

async function run(): Promise<LoadRow[]> {
  const loads = [1, 8, 32].map((connections) => ({ what: 'mix', recordings: mixedClients(), connections, seconds }));
  const rows: LoadRow[] = [];
  for (const load of [...loads, { what: '60 s JVM', recordings: [jvmRecording()], connections: 8, seconds }]) {
    const store = await startStore();
    rows.push(await runLoad(store, load));
    await store.stop();
  }
  removeDataDirs();
  return rows;
}

void run().then((rows) => {
  reportBench('ingest', rows, printTable(rows.map((row) => ({ ...row }))));
});
