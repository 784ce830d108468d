// A shop whose requests are traced and profiled by dd-trace, which `--require dd-trace/init` starts.
const { pbkdf2Sync } = require('node:crypto');
const { setTimeout: wait } = require('node:timers/promises');
const { tracer } = require('dd-trace');

function buildReport(words) {
  const counts = new Map();
  for (let i = 0; i < words; i++) {
    const word = String((i * 7919) % 1000);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts.size;
}

const queryOrders = () => tracer.trace('db.query', { resource: 'SELECT orders' }, () => wait(80));

const checkout = () =>
  tracer.trace('web.request', { resource: 'POST /checkout', type: 'web' }, async () => {
    buildReport(1_500_000);
    await queryOrders();
    pbkdf2Sync('order', 'salt', 60_000, 32, 'sha256');
  });

async function serve() {
  for (;;) {
    await checkout();
    await wait(200);
  }
}
void serve();
