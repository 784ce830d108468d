import { benchTree, type BenchTree } from '../tree';

/** A renderer as the benchmark drives it. Each call leaves its last frame painted when the next animation frames are over. */
export interface Renderer {
  /** The tree in the tool's own form of input; not timed. */
  prepare(tree: BenchTree): unknown;
  mount(input: unknown): void;
  zoom(): void;
  unzoom(): void;
  search(text: string): void;
  /** Where the pointer moves. */
  area(): HTMLElement;
}

export interface Figures {
  mountMs: number;
  zoomMs: number;
  unzoomMs: number;
  searchMs: number;
  hoverMs: number;
  hoverFrameMs: number;
  heapMB: number;
  elements: number;
  longestMountTaskMs: number;
  longestZoomTaskMs: number;
}

const gc = () => Reflect.get(window, 'gc')?.();
const heap = () => Number(Reflect.get(performance, 'memory')?.usedJSHeapSize ?? 0);

const frame = () => new Promise<number>((done) => requestAnimationFrame(done));
const idle = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** From the call to the end of the frame that shows its effect: the page is quiet for two frames afterwards. */
async function timed(action: () => void): Promise<number> {
  await frame();
  const start = performance.now();
  let changed = start;
  const watcher = new MutationObserver(() => (changed = performance.now()));
  watcher.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  action();
  let end = start;
  for (let quiet = 0; quiet < 2; ) {
    const before = changed;
    await frame();
    await new Promise((done) => {
      const channel = new MessageChannel();
      channel.port1.onmessage = done;
      channel.port2.postMessage(0);
    });
    end = quiet === 0 || changed !== before ? performance.now() : end;
    quiet = changed === before ? quiet + 1 : 1;
  }
  watcher.disconnect();
  return end - start;
}

const longTasks: number[] = [];
new PerformanceObserver((list) => list.getEntries().forEach((entry) => longTasks.push(entry.duration))).observe({
  type: 'longtask',
});

async function longestTask(action: () => Promise<number>): Promise<[number, number]> {
  await idle(50);
  longTasks.length = 0;
  const ms = await action();
  await idle(100);
  return [ms, Math.max(0, ...longTasks)];
}

/** 60 moves across one row: time in the handler, and between animation frames. */
async function hover(area: HTMLElement): Promise<[number, number]> {
  const box = area.getBoundingClientRect();
  const handler: number[] = [];
  const frames: number[] = [];
  let last = await frame();
  for (let i = 0; i < 60; i++) {
    const at = { clientX: box.left + ((i + 0.5) * box.width) / 60, clientY: box.top + 12.5 * 20, bubbles: true };
    const target = document.elementFromPoint(at.clientX, at.clientY) ?? area;
    const start = performance.now();
    target.dispatchEvent(new MouseEvent('mouseover', at));
    target.dispatchEvent(new MouseEvent('mousemove', at));
    handler.push(performance.now() - start);
    const now = await frame();
    frames.push(now - last);
    last = now;
  }
  const sorted = (list: number[]) => list.sort((a, b) => a - b);
  return [sorted(handler)[30], sorted(frames)[57]];
}

async function run(renderer: Renderer, nodes: number): Promise<Figures> {
  const input = renderer.prepare(benchTree(nodes));
  gc();
  const before = heap();
  const [mountMs, longestMountTaskMs] = await longestTask(() => timed(() => renderer.mount(input)));
  gc();
  const heapMB = (heap() - before) / 1e6;
  const elements = document.querySelectorAll('*').length;
  const [zoomMs, longestZoomTaskMs] = await longestTask(() => timed(() => renderer.zoom()));
  const unzoomMs = await timed(() => renderer.unzoom());
  const searchMs = await timed(() => renderer.search('get'));
  await timed(() => renderer.search(''));
  const [hoverMs, hoverFrameMs] = await hover(renderer.area());
  return {
    mountMs,
    zoomMs,
    unzoomMs,
    searchMs,
    hoverMs,
    hoverFrameMs,
    heapMB,
    elements,
    longestMountTaskMs,
    longestZoomTaskMs,
  };
}

/** Makes the page drivable: `window.bench(nodes)`. */
export function offer(renderer: Renderer) {
  Reflect.set(window, 'bench', (nodes: number) => run(renderer, nodes));
}

/** The frame that is zoomed in on, the same for all: the widest of level 8 that isn't everything. */
export function zoomTarget({ level, value }: BenchTree): number {
  let best = -1;
  level.forEach((at, row) => {
    if (at === 8 && value[row] < 0.3 * value[0] && (best < 0 || value[row] > value[best])) {
      best = row;
    }
  });
  return best;
}
