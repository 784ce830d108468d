import { benchTree, type BenchTree } from '../tree';

/** A renderer as the benchmark drives it. Each call leaves its last frame painted when the next animation frames are over. */
export interface Renderer {
  /** The tree in the tool's own form of input; not timed. */
  prepare(tree: BenchTree): unknown;
  mount(input: unknown): void;
  unmount(): void;
  /** Finds the frame of a row, which a user has before the eyes; what it returns zooms in on it. */
  zoomTo(row: number): () => void;
  unzoom(): void;
  search(text: string): void;
  /** Where the pointer moves, and where frames are drawn: row 0 at the top, or at the bottom with `fromBottom`. */
  area(): HTMLElement;
  readonly rowPx: number;
  readonly fromBottom?: boolean;
}

/** The substring that is searched. */
const searched = 'get';

const gc = () => Reflect.get(window, 'gc')?.();
const heapBytes = () => Number(Reflect.get(performance, 'memory')?.usedJSHeapSize ?? 0);

const frame = () => new Promise<number>((done) => requestAnimationFrame(done));
const idle = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Set by the first stroke on a canvas; changes of the document are asked of the observer. */
let drawn = false;
const observer = new MutationObserver(() => (drawn = true));

const strokes = ['fillRect', 'fill', 'fillText', 'clearRect', 'drawImage', 'putImageData'] as const;
const pen = CanvasRenderingContext2D.prototype;
const originals = strokes.map((name) => pen[name] as (...args: unknown[]) => void);

function watchPage() {
  observer.observe(document.documentElement, {
    subtree: true,
    childList: true,
    attributes: true,
    characterData: true,
  });
  watchStrokes();
}

/** The first stroke ends the watch: noticing each of thousands would cost as much as drawing them. */
function watchStrokes() {
  strokes.forEach((name, i) =>
    Reflect.set(pen, name, function (this: CanvasRenderingContext2D, ...args: unknown[]) {
      drawn = true;
      strokes.forEach((other, at) => Reflect.set(pen, other, originals[at]));
      return originals[i].apply(this, args);
    })
  );
}

/** Whether anything changed since it was last asked. */
function hasChanged(): boolean {
  const changed = observer.takeRecords().length > 0 || drawn;
  if (drawn) {
    watchStrokes();
  }
  drawn = false;
  return changed;
}

/** Frames without a change after which an action counts as shown; renderers that wait for a measured size need some. */
const quietFrames = 8;

/** After the rest of the current frame: style, layout and paint. */
const painted = () =>
  new Promise((done) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  });

/**
 * From the call to the end of the last frame that shows some of its effect. Browsers hand input over at the start of a frame,
 * and so is the action: what it changes at once is painted in that frame, what it puts off in a later one.
 */
async function timed(action: () => void): Promise<number> {
  await frame();
  hasChanged();
  const start = performance.now();
  action();
  // React renders what events change in the microtasks after them.
  for (let turn = 0; turn < 3; turn++) {
    await null;
  }
  const atOnce = hasChanged();
  await painted();
  let end = atOnce ? performance.now() : start;
  for (let quiet = 0; quiet < quietFrames; quiet++) {
    await frame();
    await painted();
    if (hasChanged()) {
      quiet = 0;
      end = performance.now();
    }
  }
  return end - start;
}

const longTasks: PerformanceEntry[] = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries())).observe({ type: 'longtask' });

const longestMs = (tasks: readonly PerformanceEntry[]) => Math.max(0, ...tasks.map((task) => task.duration));

interface Timed {
  ms: number;
  /** 0 = none over 50 ms, which is where browsers begin to tell. */
  longestTaskMs: number;
}

/** What the last action put off (the address, parts loaded later) is done then. */
const restMs = 400;

async function withTasks(action: () => void): Promise<Timed> {
  await idle(restMs);
  longTasks.length = 0;
  const ms = await timed(action);
  await idle(100);
  return { ms, longestTaskMs: longestMs(longTasks) };
}

/** What a renderer puts off until the browser rests is done then. */
const longRestMs = 1500;

/** A pointer at a share of the width of a row that all trees have: what is there, and its move. */
function pointerAt(area: HTMLElement, share: number): { target: Element; move: () => void } {
  const box = area.getBoundingClientRect();
  const at = { clientX: box.left + share * box.width, clientY: box.top + 12.5 * 20, bubbles: true };
  const target = document.elementFromPoint(at.clientX, at.clientY) ?? area;
  const move = () => ['mouseover', 'mousemove'].forEach((type) => target.dispatchEvent(new MouseEvent(type, at)));
  return { target, move };
}

/** A click comes from a pointer that is over the graph already, and goes away afterwards. */
async function clicked(area: HTMLElement, click: () => void): Promise<Timed> {
  const { target, move } = pointerAt(area, 0.5);
  move();
  const figures = await withTasks(click);
  target.dispatchEvent(new MouseEvent('mouseout', { bubbles: true, relatedTarget: document.body }));
  return figures;
}

/** 60 moves across one row: time in the handler, and between animation frames. */
async function hover(area: HTMLElement): Promise<{ handlerMs: number; frameMs: number }> {
  const handler: number[] = [];
  const frames: number[] = [];
  let last = await frame();
  for (let i = 0; i < 60; i++) {
    const { move } = pointerAt(area, (i + 0.5) / 60);
    const start = performance.now();
    move();
    handler.push(performance.now() - start);
    const now = await frame();
    frames.push(now - last);
    last = now;
  }
  const sorted = (list: number[]) => list.sort((a, b) => a - b);
  return { handlerMs: sorted(handler)[30], frameMs: sorted(frames)[57] };
}

/** A frame that must be seen: where its middle is on the page, and whether the search finds it. */
interface Spot {
  x: number;
  y: number;
  matches: boolean;
}

/** Below the text of a row, above the gap to the next. */
const belowTextPx = 3;

/** Frames of at least half a pixel, besides the root, in the part of the drawing that the window shows, by plain arithmetic. */
function spotsOf({ level, value, label }: BenchTree, { area, rowPx, fromBottom = false }: Renderer): Spot[] {
  const box = area().getBoundingClientRect();
  const scale = box.width / value[0];
  const edge: number[] = [0];
  const spots: Spot[] = [];
  level.forEach((at, row) => {
    const start = edge[at] ?? 0;
    edge[at] = start + value[row];
    edge[at + 1] = start;
    const y = (fromBottom ? box.bottom - at * rowPx : box.top + (at + 1) * rowPx) - belowTextPx;
    if (at > 0 && value[row] * scale >= 0.5 && y > Math.max(0, box.top) && y < Math.min(800, box.bottom)) {
      spots.push({ x: box.left + (start + value[row] / 2) * scale, y, matches: label[row].includes(searched) });
    }
  });
  return spots;
}

/** The steps of a benchmark, one by one, so that the driver can profile or photograph the page between them. */
export function offer(renderer: Renderer) {
  let tree: BenchTree;
  let input: unknown;
  let heapBefore = 0;
  let shownAtMs = 0;
  watchPage();
  const steps = {
    prepare: (nodes = 1000) => {
      tree = benchTree(nodes);
      input = renderer.prepare(tree);
      gc();
      heapBefore = heapBytes();
    },
    mount: async () => {
      let startMs = 0;
      const figures = await withTasks(() => {
        startMs = performance.now();
        renderer.mount(input);
      });
      shownAtMs = startMs + figures.ms;
      return figures;
    },
    /** After the first picture, before the user does anything. */
    rest: async () => {
      await idle(longRestMs);
      return { longestTaskMs: longestMs(longTasks.filter(({ startTime }) => startTime >= shownAtMs)) };
    },
    /** Mounts again and again until code is warm; the last time counts. */
    warmMount: async (times = 4) => {
      let last: Timed = { ms: 0, longestTaskMs: 0 };
      for (let i = 0; i < times; i++) {
        await timed(() => renderer.unmount());
        last = await withTasks(() => renderer.mount(input));
      }
      return last;
    },
    /** Memory of images is given back only after the collection that finds them unused. */
    size: async () => {
      gc();
      await idle(300);
      gc();
      return { heapMB: (heapBytes() - heapBefore) / 1e6, elements: document.querySelectorAll('*').length };
    },
    zoom: () => clicked(renderer.area(), renderer.zoomTo(zoomTarget(tree))),
    unzoom: () => withTasks(() => renderer.unzoom()),
    search: () => withTasks(() => renderer.search(searched)),
    clear: () => timed(() => renderer.search('')),
    hover: () => hover(renderer.area()),
    spots: () => spotsOf(tree, renderer),
  };
  Reflect.set(window, 'bench', steps);
}

/** The frame that is zoomed in on, the same for all: the widest of level 8 that isn't everything. */
function zoomTarget({ level, value }: BenchTree): number {
  let best = -1;
  level.forEach((at, row) => {
    if (at === 8 && value[row] < 0.3 * value[0] && (best < 0 || value[row] > value[best])) {
      best = row;
    }
  });
  return best;
}
