// The shop with @pyroscope/nodejs and OpenTelemetry. The profiler knows no spans, so the program labels what runs in one.
'use strict';
const { trace } = require('@opentelemetry/api');
const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');
const Pyroscope = require('@pyroscope/nodejs');
const { print, serve, untilTold } = require('./work.js');

Pyroscope.init({
  serverAddress: process.env.PYROSCOPE_SERVER_ADDRESS,
  appName: process.env.SHOP_SERVICE,
  tags: { env: 'test', version: '1.2.3', hostname: process.env.SHOP_HOST },
  flushIntervalMs: Number(process.env.SHOP_PERIOD) * 1000,
  wall: { collectCpuTime: true },
});
Pyroscope.start();
new NodeTracerProvider().register();
const tracer = trace.getTracer('shop');

/** Labels end with the synchronous work, so each piece of it gets them. */
function labelsOf(span, root, route) {
  const { spanId, traceId } = span.spanContext();
  return { span_id: spanId, root_span_id: root, trace_id: traceId, span_name: route };
}

const roots = new Map();

async function inSpan(name, told, body) {
  await tracer.startActiveSpan(name, async (span) => {
    const { spanId, traceId } = span.spanContext();
    const root = roots.get(traceId) ?? spanId;
    roots.set(traceId, root);
    const labels = labelsOf(span, root, told.route);
    Object.assign(told, { spanId, rootSpanId: root, tied: (work) => Pyroscope.wrapWithLabels(labels, work) });
    await body(told);
    span.end();
    print({ span: told });
    if (root === spanId) {
      roots.delete(traceId);
    }
  });
}

serve(Number(process.env.SHOP_SECONDS), inSpan)
  .then(untilTold)
  .then(() => Pyroscope.stop())
  .then(() => process.exit(0));
