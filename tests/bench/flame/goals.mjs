// The goals of the flame graph, and how far a run's figures are from them. Figures of the prototype and of async-profiler's
// page, which are not run, are those once measured beside Grafana's, scaled by Grafana's of the same run.

const sizes = [1_000, 10_000, 100_000, 1_000_000];
/** ms, measured together once at each size. */
const once = {
  grafana: { mountMs: [240, 394, 603, 2290], zoomMs: [96, 458, 647, 506], searchMs: [52, 166, 164, 165] },
  prototype: { mountMs: [113, 201, 230, 293], zoomMs: [17, 20, 35, 41], searchMs: [18, 48, 58, 81] },
  asyncProfiler: { zoomMs: [17, 19, 62, 732] },
};

/** [figure, peer, most times the peer's figure per size] */
const ratios = [
  ['mountMs', 'prototype', [1.5, 1.5, 1.5, 1.5]],
  ['mountMs', 'grafana', [0.7, 0.75, 0.55, 0.2]],
  ['zoomMs', 'prototype', [2, 1.5, 1.5, 1.5]],
  ['zoomMs', 'grafana', [0.35, 0.1, 0.1, 0.12]],
  ['unzoomMs', 'grafana', [0.5, 0.4, 0.4, 0.4]],
  ['zoomMs', 'asyncProfiler', [1.2, 1.2, 0.7, 0.1]],
  ['searchMs', 'prototype', [1.5, 1.3, 1.3, 1.3]],
  ['searchMs', 'grafana', [0.55, 0.4, 0.5, 0.65]],
  ['heapMB', 'grafana', [0.5, 0.4, 0.25, 0.2]],
];

/** [figure, least or most, limit] at every size. */
const limits = [
  ['restTaskMs', 'most', 50],
  ['zoomTaskMs', 'most', 50],
  ['unzoomTaskMs', 'most', 50],
  ['hoverMs', 'most', 0.5],
  ['hoverFrameMs', 'most', 20],
  ['warmTaskMs', 'most', 100],
  ['elements', 'most', 60],
  ['coloured', 'least', 100],
  ['highlighted', 'least', 100],
];

function peerFigure(rows, nodes, figure, peer) {
  const at = sizes.indexOf(nodes);
  const grafana = rows.grafana?.[figure];
  return peer === 'grafana' ? grafana : at < 0 ? NaN : (grafana * once[peer][figure][at]) / once.grafana[figure][at];
}

const round = (value) => Math.round(value * 100) / 100;

/** One line per goal: what it is, what was measured, whether it holds. */
export function goalLines(nodes, rows) {
  const at = Math.max(
    0,
    sizes.findLastIndex((size) => size <= nodes)
  );
  const ours = rows.hotspan;
  const compared = ratios.map(([figure, peer, most]) => {
    const ratio = ours[figure] / peerFigure(rows, nodes, figure, peer);
    return { goal: `${figure} vs ${peer} <= ${most[at]}`, measured: round(ratio), holds: ratio <= most[at] };
  });
  const absolute = limits.map(([figure, which, limit]) => ({
    goal: `${figure} ${which === 'most' ? '<=' : '>='} ${limit}`,
    measured: ours[figure],
    holds: which === 'most' ? ours[figure] <= limit : ours[figure] >= limit,
  }));
  return [...compared, ...absolute];
}

/** Most kB, gzip: the drawing with all that is around it, and the whole panel. */
const mostKB = { rendererKB: 25, moduleKB: 60 };

export function sizeLines(code) {
  return Object.entries(mostKB).map(([name, most]) => ({
    goal: `${name} <= ${most}`,
    measured: code[name],
    holds: code[name] <= most,
  }));
}
