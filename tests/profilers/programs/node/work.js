// What the shop does: requests that each run methods which no other request runs, with a stopwatch per method and span.
'use strict';
const crypto = require('node:crypto');

const nowNs = () => process.hrtime.bigint();
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** On a busy machine too: past the long requests. */
const leastTurns = 12;
const requests = {};
const kept = [];
let sink = 0;

class OutOfStock extends Error {}

function sumOrders(rounds) {
  let sum = 0;
  for (let i = 1; i < rounds * 1000; i++) {
    sum += Math.sqrt(i) * Math.sin(i);
  }
  sink += sum;
}

function checkStock(item) {
  if (item % 3 === 0) {
    throw new OutOfStock(`item ${item}`);
  }
}

function checkPassword(rounds) {
  sink += crypto.pbkdf2Sync('secret', 'salt', rounds, 32, 'sha256')[0];
}

function buildReport(rows) {
  const report = [];
  for (let i = 0; i < rows; i++) {
    report.push({ id: i, name: `row-${(i * 7919) % rows}`, cells: [i, i + 1, i + 2] });
  }
  kept.push(report);
  if (kept.length > 6) {
    kept.splice(0, 3);
  }
}

function renderReport(rounds) {
  for (let i = 0; i < rounds; i++) {
    const words = Array.from({ length: 2000 }, (_, j) => (j * 7919 + i) % 2001);
    words.sort((a, b) => a - b);
    sink += words[0];
  }
}

function crunch(n) {
  return n < 2 ? n : crunch(n - 1) + crunch(n - 2);
}

const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/**
 * Runs synchronous work under the span's stopwatch. The CPU clock is that of the whole process, garbage collector included.
 * `span.tied`: what a profiler needs around work of the span, if it has to be told.
 */
function timed(span, method, work) {
  const start = nowNs();
  const cpuBefore = process.cpuUsage();
  try {
    span.tied ? span.tied(work) : work();
  } catch (error) {
    if (!(error instanceof OutOfStock)) {
      throw error;
    }
  }
  const wallNs = Number(nowNs() - start);
  const { user, system } = process.cpuUsage(cpuBefore);
  const before = span.methods[method] ?? { wallNs: 0, cpuNs: 0 };
  span.methods[method] = { wallNs: before.wallNs + wallNs, cpuNs: before.cpuNs + (user + system) * 1000 };
}

const newSpan = (name, route) => ({ name, route, spanId: '', rootSpanId: '', methods: {} });

/** `inSpan(name, span, body)` is the tracer's part: it calls the body in a span and fills in the ids. */
async function request(route, scale, inSpan) {
  requests[route] = (requests[route] ?? 0) + 1;
  const child = (name, body) => inSpan(name, newSpan(name, route), body);
  await inSpan('web.request', newSpan('web.request', route), async (root) => {
    if (route === 'GET /orders') {
      timed(root, 'sumOrders', () => sumOrders(80 * scale));
      await child('stock.wait', async (span) => {
        await sleep(5);
        timed(span, 'checkStock', () => checkStock(3));
      });
    } else if (route === 'POST /login') {
      timed(root, 'checkPassword', () => checkPassword(25000 * scale));
    } else {
      await child('report.build', async (span) =>
        timed(span, 'buildReport', () => buildReport(30000 * Math.min(scale, 20)))
      );
      timed(root, 'renderReport', () => renderReport(18 * scale));
    }
  });
}

/** One request of each route is long enough to be looked at alone. */
const scaleOf = (turn) => (turn >= 6 && turn < 9 ? 60 : 1);

async function serve(seconds, inSpan) {
  const end = Date.now() + seconds * 1000;
  const routes = ['GET /orders', 'POST /login', 'GET /report'];
  const cruncher = setInterval(() => crunch(23), 50);
  const worker = async (first) => {
    for (let turn = first; turn < first + leastTurns || Date.now() < end; turn++) {
      await request(routes[turn % 3], scaleOf(turn), inSpan);
      await sleep(4);
    }
  };
  await Promise.all([worker(0), worker(1)]);
  clearInterval(cruncher);
  print({ requests });
}

/** SIGTERM ends it, so that the test decides when the last uploads have arrived. */
function untilTold() {
  const alive = setInterval(() => {}, 1000);
  return new Promise((resolve) =>
    process.once('SIGTERM', () => {
      clearInterval(alive);
      resolve();
    })
  );
}

module.exports = { print, serve, untilTold };
