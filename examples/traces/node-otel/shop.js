// The shop with OpenTelemetry's traces and Pyroscope's profiles. Its client knows no spans, so the program labels what runs in one.
const { pbkdf2Sync } = require('node:crypto');
const { setTimeout: wait } = require('node:timers/promises');
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-http');
const { resourceFromAttributes } = require('@opentelemetry/resources');
const { BatchSpanProcessor, NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');
const Pyroscope = require('@pyroscope/nodejs');

const service = process.env.OTEL_SERVICE_NAME;
Pyroscope.init({
  serverAddress: process.env.PYROSCOPE_SERVER_ADDRESS,
  appName: service,
  wall: { collectCpuTime: true },
});
Pyroscope.start();
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': service }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
provider.register();
const tracer = provider.getTracer('shop');

/** Runs synchronous work of a span; its samples get the span's id. */
function inSpan(span, work) {
  const { spanId, traceId } = span.spanContext();
  span.setAttribute('pyroscope.profile.id', spanId);
  return Pyroscope.wrapWithLabels({ span_id: spanId, trace_id: traceId, span_name: span.name }, work);
}

function buildReport(words) {
  const counts = new Map();
  for (let i = 0; i < words; i++) {
    const word = String((i * 7919) % 1000);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts.size;
}

const sign = (rounds) => pbkdf2Sync('order', 'salt', rounds, 32, 'sha256');

const queryOrders = () =>
  tracer.startActiveSpan('SELECT orders', async (span) => {
    await wait(80);
    span.end();
  });

const checkout = () =>
  tracer.startActiveSpan('POST /checkout', async (span) => {
    inSpan(span, () => buildReport(1_500_000));
    await queryOrders();
    inSpan(span, () => sign(60_000));
    span.end();
  });

async function serve() {
  for (;;) {
    await checkout();
    await wait(200);
  }
}
void serve();
