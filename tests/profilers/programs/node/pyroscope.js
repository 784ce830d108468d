// The shop with @pyroscope/nodejs, which knows labels but no spans.
'use strict';
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

async function inSpan(name, told, body) {
  await Pyroscope.wrapWithLabels({ route: told.route }, () => body(told));
  print({ span: told });
}

serve(Number(process.env.SHOP_SECONDS), inSpan)
  .then(untilTold)
  .then(() => Pyroscope.stop())
  .then(() => process.exit(0));
