// CPU profiles of single actions, taken through Chromium's protocol: where the time of an action goes, by function.
/** Runs an action of the page under the profiler and returns its profile. */
export async function profiled(page, action) {
  const session = await page.context().newCDPSession(page);
  await session.send('Profiler.enable');
  await session.send('Profiler.setSamplingInterval', { interval: 100 });
  await session.send('Profiler.start');
  await action();
  const { profile } = await session.send('Profiler.stop');
  await session.detach();
  return profile;
}

/** Self and total time per function in ms, the largest self first; recursion counts once. */
function timesByFunction({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])));
  const nameOf = ({ functionName, lineNumber, columnNumber }) =>
    `${functionName || '(anonymous)'}:${lineNumber}:${columnNumber}`;
  const times = new Map();
  samples.forEach((id, i) => {
    const ms = timeDeltas[i] / 1000;
    const seen = new Set();
    for (let at = id; at !== undefined; at = parents.get(at)) {
      const name = nameOf(byId.get(at).callFrame);
      const time = times.get(name) ?? { self: 0, total: 0 };
      times.set(name, time);
      time.self += at === id ? ms : 0;
      time.total += seen.has(name) ? 0 : ms;
      seen.add(name);
    }
  });
  return [...times].map(([name, time]) => ({ name, ...time })).sort((a, b) => b.self - a.self);
}

export function printTimes(profile, most = 25) {
  for (const { name, self, total } of timesByFunction(profile).slice(0, most)) {
    console.log(`${self.toFixed(1).padStart(8)} ${total.toFixed(1).padStart(8)}  ${name}`);
  }
}
