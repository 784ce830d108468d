/** The program of an exported page, in plain JavaScript. It must not contain the end tag of a script. */
export const pageScript = `'use strict';
const d = JSON.parse(document.getElementById('data').textContent);
const n = d.level.length, rowPx = 20;
const sides = d.valueRight ? [[d.value, d.self], [d.valueRight, d.selfRight]] : [[d.value, d.self]];
const wide = d.level.map((_, r) => sides.reduce((sum, [value]) => sum + Math.max(0, value[r]), 0));
const start = new Float64Array(n), end = new Int32Array(n), parent = new Int32Array(n).fill(-1), open = [], edge = [];
for (let r = 0; r < n; r++) {
  const l = d.level[r];
  while (open.length > l) end[open.pop()] = r;
  parent[r] = l > 0 ? open[l - 1] : -1;
  start[r] = edge[l] ?? 0;
  edge[l] = start[r] + wide[r];
  edge[l + 1] = start[r];
  open.push(r);
}
while (open.length) end[open.pop()] = n;
const byId = (id) => document.getElementById(id);
const view = byId('view'), space = byId('space'), canvas = byId('canvas'), tip = byId('tip');
const pen = canvas.getContext('2d', { alpha: false });
let focus = 0, boxes = [], depth = 1, words = '', mask = null;
const steps = { ns: [['h', 3600e9], ['min', 60e9], ['s', 1e9], ['ms', 1e6], ['\\u00b5s', 1e3], ['ns', 1]],
  bytes: [['GiB', 2 ** 30], ['MiB', 2 ** 20], ['KiB', 1024], ['B', 1]], count: [['', 1]] }[d.unit] ?? [['', 1]];
function say(v) {
  const [name, size] = steps.find(([, s]) => v >= s) ?? steps[steps.length - 1];
  return (Number((v / size).toPrecision(4)) + ' ' + name).trim();
}
const share = (v, of) => (of > 0 ? ((100 * v) / of).toFixed(2) : '0') + ' %';
// A box is [row, x, width, level below the focus, small frames in it (0 = it is one frame)].
function layout() {
  boxes = []; depth = 1;
  const width = view.clientWidth, scale = width / (wide[focus] || 1);
  for (let r = focus; r < end[focus]; ) {
    const w = wide[r] * scale, row = d.level[r] - d.level[focus];
    if (w < 0.5) {
      const last = boxes[boxes.length - 1];
      if (last?.[4] && parent[last[0]] === parent[r]) { last[2] += w; last[4] += w > 0 ? 1 : 0; }
      else if (w > 0) boxes.push([r, (start[r] - start[focus]) * scale, w, row, 1]);
      depth = Math.max(depth, w > 0 ? row + 1 : 0);
      r = end[r];
      continue;
    }
    boxes.push([r, (start[r] - start[focus]) * scale, w, row, 0]);
    depth = Math.max(depth, row + 1);
    r++;
  }
  space.style.height = Math.max(view.clientHeight - 1, depth * rowPx) + 'px';
}
const top_ = (row) => (d.flip ? parseFloat(space.style.height) - (row + 1) * rowPx : row * rowPx);
function paint() {
  const w = view.clientWidth, h = view.clientHeight, k = window.devicePixelRatio || 1;
  canvas.width = w * k; canvas.height = h * k;
  canvas.style.width = w + 'px'; canvas.style.height = h + 'px';
  pen.setTransform(k, 0, 0, k, 0, 0);
  pen.fillStyle = d.background; pen.fillRect(0, 0, w, h);
  pen.font = '12px monospace'; pen.textBaseline = 'middle'; pen.direction = 'ltr';
  const cell = pen.measureText('m').width;
  for (const [r, x, width, row, small] of boxes) {
    const y = top_(row) - view.scrollTop;
    if (y < -rowPx || y > h) continue;
    const hit = small || !mask || mask[d.label[r]];
    pen.globalAlpha = hit ? 1 : 0.25;
    pen.fillStyle = small ? d.run : d.fill[d.bucket[r]];
    pen.fillRect(x, y, width > 3 ? width - 1 : width, rowPx - 1);
    const cells = Math.floor((width - 9) / cell);
    if (small || cells < 2) continue;
    const name = d.names[d.label[r]];
    pen.fillStyle = d.text[d.bucket[r]];
    pen.fillText(name.length <= cells ? name : name.slice(0, cells - 1) + '\\u2026', x + 4, y + rowPx / 2, width - 5);
  }
  pen.globalAlpha = 1;
}
function zoom(r) { focus = r; layout(); view.scrollTop = d.flip ? view.scrollHeight : 0; paint(); tell([r]); }
function at(e) {
  const b = space.getBoundingClientRect(), x = e.clientX - b.left, y = e.clientY - b.top;
  return boxes.find(([, left, w, row]) => x >= left && x < left + w && y >= top_(row) && y < top_(row) + rowPx);
}
function tell(box) {
  const [r, , w, , small] = box ?? [];
  const all = (of) => sides.map((side) => of(side)).join(' \\u2192 ');
  tip.textContent = r === undefined ? ''
    : small ? small + ' small frames, ' + share((w * wide[focus]) / view.clientWidth, wide[0]) + ' of all'
    : d.names[d.label[r]] + ' \\u2014 total ' + all(([value]) => say(value[r])) + ', ' +
      all(([value]) => share(value[r], value[0])) + ' of all, self ' + all(([, self]) => say(self[r]));
}
function search(text) {
  words = text.toLowerCase();
  mask = words ? d.names.map((name) => name.toLowerCase().includes(words)) : null;
  let sum = 0;
  for (let r = 0; mask && r < n; ) if (mask[d.label[r]]) { sum += wide[r]; r = end[r]; } else r++;
  byId('found').textContent = mask ? mask.filter(Boolean).length + ' methods, ' + share(sum, wide[0]) : '';
  paint();
}
view.addEventListener('mousemove', (e) => tell(at(e)));
view.addEventListener('click', (e) => { const box = at(e); if (box) zoom(box[4] ? parent[box[0]] : box[0]); });
view.addEventListener('scroll', () => requestAnimationFrame(paint));
view.addEventListener('keydown', (e) => { if (e.key === 'Escape' || e.key === 'Backspace') zoom(Math.max(0, parent[focus])); });
byId('reset').addEventListener('click', () => zoom(0));
byId('search').addEventListener('input', (e) => search(e.target.value));
window.addEventListener('resize', () => { layout(); paint(); });
zoom(0);`;
