// The shop with dd-trace, which `node -r dd-trace/init` starts.
'use strict';
const tracer = require('dd-trace');
const { print, serve, untilTold } = require('./work.js');

let roots = new WeakMap();

async function inSpan(name, told, body) {
  const options = name === 'web.request' ? { resource: told.route, type: 'web' } : {};
  await tracer.trace(name, options, async (span) => {
    const trace = span.context()._trace;
    if (!roots.has(trace)) {
      roots.set(trace, span.context().toSpanId());
    }
    told.spanId = span.context().toSpanId();
    told.rootSpanId = roots.get(trace);
    await body(told);
  });
  print({ span: told });
}

serve(Number(process.env.SHOP_SECONDS), inSpan)
  .then(untilTold)
  .then(() => process.exit(0));
