import { type Locator, type Page } from '@playwright/test';
import { type FrameShape, answerFlame, deepFrame, hostileNames, largeFrame, namedFrame } from './flame-frames';
import { expect, test } from './page';
import { seriousFaults } from './axe';

const overview = '/d/hotspan-overview';

/** The flame graph's panel, in the host and in Grafana. */
const panel = (page: Page) => page.getByTestId('data-testid Panel header Flame graph');
const graph = (page: Page) => panel(page).getByTestId('flame-graph');
const path = (page: Page) => panel(page).getByRole('navigation', { name: 'Path of the zoomed frame' });
const current = (page: Page, of: Locator = graph(page)) => of.getByRole('treeitem');

async function openFlame(page: Page, frame?: FrameShape, query = '') {
  if (frame) {
    await answerFlame(page, frame);
  }
  await page.goto(`${overview}?var-service=demo-python${query}`);
  await expect(graph(page)).toBeVisible();
}

async function press(page: Page, ...keys: string[]) {
  for (const key of keys) {
    await page.keyboard.press(key);
  }
}

/** The colour of a point of the canvas, as text. */
async function colourAt(page: Page, x: number, y: number): Promise<string> {
  return graph(page)
    .locator('canvas')
    .evaluate(
      (canvas: HTMLCanvasElement, [px, py]) => {
        const ratio = canvas.width / canvas.clientWidth;
        return String(canvas.getContext('2d')?.getImageData(px * ratio, py * ratio, 1, 1).data);
      },
      [x, y] as const
    );
}

test('every action by keyboard: walk, zoom, back, search, select, sandwich, menu, methods, scale', async ({ page }) => {
  await openFlame(page, namedFrame());
  await graph(page).focus();
  await press(page, 'ArrowDown', 'ArrowDown');
  await expect(current(page)).toHaveAttribute(
    'aria-label',
    /^json\.decode, total 50\.0 ms, 50\.0 % of all, self 30\.0 ms/
  );
  await press(page, 'ArrowRight');
  await expect(current(page)).toHaveAttribute('aria-label', /^db\.query/);
  await press(page, 'ArrowLeft', 'Enter');
  await expect(path(page)).toContainText('json.decode');
  await expect(page).toHaveURL(/flame-3-focus=/);
  await press(page, 'Escape');
  await expect(path(page)).not.toContainText('json.decode');

  await press(page, '/');
  await page.keyboard.type('jsdec');
  await expect(panel(page).getByTestId('flame-matches')).toHaveText('50.0 % · 1 method');
  await press(page, 'Enter', 'ArrowDown', 'm');
  const methods = page.getByRole('dialog');
  await expect(methods).toContainText('1 method, 50.0 % of the total');
  await press(page, 'Escape');
  await expect(methods).toBeHidden();

  await graph(page).focus();
  await press(page, '/', 'Escape', 'Escape');
  await press(page, 'Home', 'ArrowDown', 'ArrowDown', 's');
  await expect(panel(page).getByTestId('flame-callers')).toBeVisible();
  await expect(path(page)).toContainText('json.decode');
  await expect(page).toHaveURL(/flame-3-mode=sandwich/);
  await graph(page).focus();
  await press(page, 'Escape');
  await expect(panel(page).getByTestId('flame-callers')).toBeHidden();

  await graph(page).focus();
  await press(page, 'Home', 'ArrowDown', 'ArrowDown', 'Shift+F10');
  const menu = page.getByRole('menu');
  await expect(menu.getByRole('menuitem', { name: 'Callers and callees' })).toBeVisible();
  await expect(menu.getByRole('menuitem', { name: 'Only json' })).toBeVisible();
  await press(page, 'Escape');
  await graph(page).focus();
  await press(page, 'Space');
  await expect(page).toHaveURL(/var-method=json.decode/);
  await press(page, '?');
  await expect(page.getByRole('dialog')).toContainText('Keys of the flame graph');
  await press(page, 'Escape');
});

test('scales around the frame by key and wheel, pans by drag, keeps the click', async ({ page }) => {
  await openFlame(page, namedFrame());
  const wide = async () => (await hoverName(page, 0.75)) ?? '';
  await expect.poll(wide).toContain('db.query');
  await graph(page).focus();
  await press(page, 'ArrowDown', 'ArrowDown', '+', '+', '+', '+', '+');
  await expect.poll(wide).toContain('json.decode');
  await press(page, '-', '-', '-', '-', '-', '-');
  await expect.poll(wide).toContain('db.query');
});

/** The tooltip of the third row at a share of the width. */
async function hoverName(page: Page, share: number): Promise<string | null> {
  const box = await graph(page).locator('canvas').boundingBox();
  if (!box) {
    return null;
  }
  await page.mouse.move(box.x + 5, box.y + 5);
  await page.mouse.move(box.x + box.width * share, box.y + 50);
  return page.getByTestId('flame-tooltip').textContent();
}

/** How often pixels were copied from canvas to canvas since it was first asked. */
const copiedSoFar = (page: Page) =>
  page.evaluate(() => {
    const pen = CanvasRenderingContext2D.prototype;
    const draw = pen.drawImage;
    const known: unknown = Reflect.get(window, 'copied');
    if (typeof known === 'number') {
      return known;
    }
    Reflect.set(window, 'copied', 0);
    Reflect.set(pen, 'drawImage', function (this: CanvasRenderingContext2D, ...args: unknown[]) {
      Reflect.set(window, 'copied', Number(Reflect.get(window, 'copied')) + 1);
      return Reflect.apply(draw, this, args);
    });
    return 0;
  });

test('the way back copies the picture that was left, unless something else is to be seen', async ({ page }) => {
  await openFlame(page, namedFrame());
  const canvas = graph(page).locator('canvas');
  const pixels = () => canvas.evaluate((one: HTMLCanvasElement) => one.toDataURL());
  const over = async (share: number, y: number) => {
    const box = await canvas.boundingBox();
    await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) * share, (box?.y ?? 0) + y);
  };
  expect(await copiedSoFar(page)).toBe(0);
  const whole = await pixels();
  // Code that keeps pictures is loaded after the graph.
  await expect
    .poll(async () => {
      await over(0.1 + Math.random() / 10, 50);
      return copiedSoFar(page);
    })
    .toBe(1);
  await page.mouse.down();
  await page.mouse.up();
  await expect(path(page)).toContainText('json.decode');
  expect(await pixels()).not.toBe(whole);
  await graph(page).focus();
  await press(page, 'Home');
  await expect(path(page)).not.toContainText('json.decode');
  expect(await copiedSoFar(page)).toBe(2);
  expect(await pixels()).toBe(whole);

  await press(page, 'ArrowDown', 'ArrowDown', 'Enter');
  await expect(path(page)).toContainText('json.decode');
  await press(page, '/');
  await page.keyboard.type('query');
  await expect(panel(page).getByTestId('flame-matches')).toHaveText('30.0 % · 1 method');
  await graph(page).focus();
  await press(page, 'Home');
  await expect(path(page)).not.toContainText('json.decode');
  expect(await copiedSoFar(page)).toBe(2);
  expect(await pixels()).not.toBe(whole);
  await press(page, '/', 'Escape');
  await expect(panel(page).getByTestId('flame-matches')).toBeHidden();
  expect(await pixels()).toBe(whole);
});

test('a link opens the same view, and the browser goes back', async ({ page }) => {
  await openFlame(page, namedFrame());
  await graph(page).focus();
  await press(page, 'ArrowDown', 'ArrowDown', 'Enter');
  await expect(page).toHaveURL(/flame-3-focus=/);
  const link = page.url();
  await page.goBack();
  await expect(path(page)).not.toContainText('json.decode');
  await page.goto('about:blank');
  await page.goto(link);
  await expect(path(page)).toContainText('json.decode');
});

test('hides, excludes and keeps one package, and says how much is left out', async ({ page }) => {
  await openFlame(page, namedFrame(), '&flame-3-exclude=db.query&flame-3-hide=main.serve');
  await expect(path(page)).toContainText('1 hidden · 30.0 % excluded');
  await graph(page).focus();
  await press(page, 'ArrowDown');
  await expect(current(page)).toHaveAttribute('aria-label', /^json\.decode, total 50\.0 ms, 71\.4 % of all/);
  await path(page)
    .getByRole('button', { name: /excluded/ })
    .click();
  await page.getByRole('menuitem', { name: 'Show everything' }).click();
  await expect(path(page)).not.toContainText('excluded');
});

test('shows the bottom-up view, folded recursion and chains, and the root at the bottom', async ({ page }) => {
  await openFlame(page, namedFrame(), '&flame-3-mode=bottom');
  await graph(page).focus();
  await press(page, 'ArrowDown');
  await expect(current(page)).toHaveAttribute('aria-label', /^(json\.decode|db\.query), total 30\.0 ms/);
  await panel(page).getByRole('button', { name: 'Bottom-up' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Root at the bottom' }).click();
  await expect.poll(async () => (await colourAt(page, 100, 8)) === (await colourAt(page, 100, 28))).toBe(true);
});

test('names from outside are text', async ({ page }) => {
  let dialogs = 0;
  page.on('dialog', (dialog) => {
    dialogs++;
    void dialog.dismiss();
  });
  await openFlame(page, hostileNames());
  await graph(page).focus();
  for (let i = 0; i < 9; i++) {
    await press(page, 'ArrowDown');
    await expect(current(page)).toHaveAttribute('aria-label', /total/);
    await press(page, 'Shift+F10');
    await expect(page.getByRole('menu')).toBeVisible();
    await press(page, 'Escape');
    await expect(page.getByRole('menu')).toBeHidden();
    await graph(page).focus();
  }
  await press(page, 'm');
  await expect(page.getByRole('dialog')).toContainText('<img src=x onerror=alert(1)>');
  expect(await page.locator('img[src="x"]').count()).toBe(0);
  expect(await page.evaluate(() => Reflect.get(window, 'hacked'))).toBeUndefined();
  expect(dialogs).toBe(0);
});

test('draws a stack of 5,000 levels with a minimap', async ({ page }) => {
  await openFlame(page, deepFrame(5000));
  await expect(panel(page).getByTestId('flame-minimap')).toBeVisible();
  await graph(page).focus();
  await graph(page).evaluate((view) => (view.scrollTop = view.scrollHeight));
  await expect.poll(() => hoverName(page, 0.5)).toContain('recurse');
});

test('draws a tree of a million nodes', async ({ page }) => {
  test.setTimeout(180_000);
  await answerFlame(page, largeFrame(1_000_000));
  await page.goto(`${overview}?var-service=demo-python`);
  await expect(graph(page)).toBeVisible({ timeout: 120_000 });
  await expect(graph(page)).toHaveAttribute('aria-label', /1\u2009000\u2009000 frames/);
  await graph(page).focus();
  await press(page, 'ArrowDown', 'Enter');
  await expect(path(page)).toContainText('pkg');
});

test('asks for the hidden part of a frame that is zoomed in on', async ({ page }) => {
  const { asked } = await answerFlame(page, namedFrame({ cut: true }));
  await page.goto(`${overview}?var-service=demo-python`);
  await expect(panel(page).getByTestId('flame-hidden')).toContainText('hides 20.0 %');
  await graph(page).focus();
  await press(page, 'ArrowDown', 'ArrowDown', 'Enter');
  await expect.poll(() => asked.map((query) => query.focus).filter(Boolean)).toEqual([['main.serve', 'json.decode']]);
  await expect(panel(page).getByTestId('flame-hidden')).toBeHidden();
  await press(page, 'ArrowDown');
  await expect(current(page)).toHaveAttribute('aria-label', /^json\.get, total 20\.0 ms/);
});

for (const format of ['PNG image', 'SVG image', 'HTML page', 'Folded stacks', 'speedscope', 'pprof', 'JSON']) {
  test(`downloads ${format}`, async ({ page }) => {
    await openFlame(page, hostileNames());
    await panel(page).getByRole('button', { name: 'Download' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: `Download ${format}`, exact: true }).click(),
    ]);
    const file = await download.path();
    expect(file).toBeTruthy();
    if (format === 'HTML page' || format === 'SVG image') {
      const other = await page.context().newPage();
      other.on('dialog', () => expect('no dialog').toBe('a dialog'));
      const { readFileSync } = await import('node:fs');
      await other.goto('about:blank');
      await other.setContent(readFileSync(file, 'utf8'));
      await expect(other.locator(format === 'HTML page' ? 'canvas' : 'svg').first()).toBeVisible();
      expect(await other.locator('img').count()).toBe(0);
      expect(await other.evaluate(() => Reflect.get(window, 'hacked'))).toBeUndefined();
      await other.close();
    }
  });
}

test('axe finds nothing serious', async ({ page }) => {
  await openFlame(page, namedFrame({ cut: true }), '&flame-3-search=json');
  await expect(panel(page).getByTestId('flame-matches')).toBeVisible();
  expect(await seriousFaults(page, '[data-testid="data-testid Panel header Flame graph"]')).toEqual([]);
});

test('axe finds nothing serious in what opens over the panel', async ({ page }) => {
  await openFlame(page, namedFrame(), '&var-method=json.decode');
  await graph(page).focus();
  await press(page, 'ArrowDown', 'ArrowDown', 'Shift+F10');
  await expect(page.getByRole('menuitem', { name: 'Requests that ran this' })).toBeVisible();
  // The faint shortcuts are Grafana's own.
  expect(await seriousFaults(page, '[role=menu]', { rules: ['color-contrast'] })).toEqual([]);
  await press(page, 'Escape', 'm');
  await expect(page.getByRole('dialog')).toContainText('json.decode');
  expect(await seriousFaults(page, '[role=dialog]')).toEqual([]);
});

test('shows states: nothing sampled, an error', async ({ page, allowProblem }) => {
  await answerFlame(page, {
    level: [0],
    value: [0],
    self: [0],
    label: ['total'],
    notices: ['Nothing fits the filter.'],
  });
  await page.goto(`${overview}?var-service=demo-python`);
  await expect(panel(page).getByText('No samples in this time range')).toBeVisible();
  await expect(panel(page).getByText('Nothing fits the filter.')).toBeVisible();
  allowProblem(/500|Failed to load/);
  await answerFlame(page, { error: 'The store does not answer.' });
  await page.reload();
  await expect(panel(page).getByText('The query failed')).toBeVisible();
});
