import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** What `/metrics` tells, in Prometheus' text form. Names and labels: docs/api.md. */
export interface StoreMetrics {
  readonly registry: Registry;
  upload(intake: string, outcome: string, bytes: number): void;
  inserted(uploads: number, seconds: number): void;
  insertFailed(): void;
  scraped(outcome: string): void;
  request(route: string, status: number, seconds: number): void;
}

/** Values that are looked up when somebody asks. */
export interface MetricSources {
  queueLength(): number;
  deferred(): number;
  batcherLength(): number;
  spoolBytes(): number;
  engineReady(): boolean;
}

const latencyBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function makeMetrics(sources: MetricSources): StoreMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const uploads = new Counter({
    name: 'hotspan_uploads_total',
    help: 'Answered uploads',
    labelNames: ['intake', 'outcome'],
    registers,
  });
  const bytes = new Counter({
    name: 'hotspan_upload_bytes_total',
    help: 'Bytes of uploads as sent',
    labelNames: ['intake'],
    registers,
  });
  const inserts = new Histogram({
    name: 'hotspan_insert_seconds',
    help: 'Time to insert one batch into all tables',
    buckets: latencyBuckets,
    registers,
  });
  const inserted = new Counter({
    name: 'hotspan_inserted_uploads_total',
    help: 'Uploads whose rows are in the engine',
    registers,
  });
  const failures = new Counter({
    name: 'hotspan_insert_failures_total',
    help: 'Inserts that failed and were tried again',
    registers,
  });
  const scrapes = new Counter({
    name: 'hotspan_scrapes_total',
    help: 'Rounds of pulling profiles from a target',
    labelNames: ['outcome'],
    registers,
  });
  const requests = new Histogram({
    name: 'hotspan_request_seconds',
    help: 'Time to answer a request',
    labelNames: ['route', 'status'],
    buckets: latencyBuckets,
    registers,
  });
  gauge(registry, 'hotspan_parse_queue', 'Uploads that wait for a parse worker or are in one', sources.queueLength);
  gauge(registry, 'hotspan_deferred_uploads', 'Uploads acknowledged but not read yet', sources.deferred);
  gauge(registry, 'hotspan_insert_queue', 'Uploads read but not inserted yet', sources.batcherLength);
  gauge(registry, 'hotspan_spool_pending_bytes', 'Bytes on disk that are not inserted yet', sources.spoolBytes);
  gauge(registry, 'hotspan_engine_ready', '1 while the engine answers', () => (sources.engineReady() ? 1 : 0));
  return {
    registry,
    upload: (intake, outcome, size) => {
      uploads.inc({ intake, outcome });
      bytes.inc({ intake }, size);
    },
    inserted: (count, seconds) => {
      inserted.inc(count);
      inserts.observe(seconds);
    },
    insertFailed: () => failures.inc(),
    scraped: (outcome) => scrapes.inc({ outcome }),
    request: (route, status, seconds) => requests.observe({ route, status: String(status) }, seconds),
  };
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}
