import { type Page } from '@playwright/test';
import { type FlamePanelShape, showPanels } from './flame-dashboard';
import { type FrameShape, answerFlame, largeFrame, namedFrame } from './flame-frames';
import { expect, test } from './page';
import { seriousFaults } from './axe';

const panel = (page: Page, id: number) => page.getByTestId(`data-testid Panel header Flame ${id}`);
const graph = (page: Page, id: number) => panel(page, id).getByTestId('flame-graph');

async function openPanels(page: Page, frame: FrameShape, shapes: readonly FlamePanelShape[], query = '') {
  await showPanels(page, shapes);
  await answerFlame(page, frame);
  await page.goto(`/d/hotspan-overview?var-service=demo-python${query}`);
  await expect(graph(page, shapes[0].id)).toBeVisible();
}

/** Share of the canvas' pixels that are not the background, which is in its last row where nothing is drawn. */
async function drawnShare(page: Page, id: number): Promise<number> {
  return graph(page, id)
    .locator('canvas')
    .evaluate((canvas: HTMLCanvasElement) => {
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, 20).data ?? [];
      let drawn = 0;
      for (let i = 0; i < pixels.length; i += 4) {
        drawn +=
          Math.abs(pixels[i] - pixels[i + 2]) + Math.abs(pixels[i] - pixels[i + 1]) > 3 || pixels[i] > 60 ? 1 : 0;
      }
      return (4 * drawn) / (pixels.length || 1);
    });
}

test('ten panels on one dashboard draw, and each keeps its own view', async ({ page }) => {
  const shapes = Array.from({ length: 10 }, (_, i) => ({ id: 21 + i, w: 12, h: 8 }));
  await openPanels(page, namedFrame(), shapes);
  for (const { id } of shapes) {
    await panel(page, id).scrollIntoViewIfNeeded();
    await expect(graph(page, id)).toBeVisible();
    await expect.poll(() => drawnShare(page, id)).toBeGreaterThan(0.5);
  }
  await graph(page, 30).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/flame-30-focus=/);
  await panel(page, 21).scrollIntoViewIfNeeded();
  await expect(panel(page, 21).getByRole('navigation')).not.toContainText('main.serve');
  expect(page.url()).not.toContain('flame-21-focus');
});

test('fits any panel size: what has no room folds, nothing sticks out', async ({ page }) => {
  const shapes = [
    { id: 41, w: 4, h: 8 },
    { id: 42, w: 8, h: 5 },
    { id: 43, w: 12, h: 3 },
    { id: 44, w: 24, h: 20 },
  ];
  await openPanels(page, largeFrame(3000), shapes, '&flame-41-search=pkg1&flame-44-search=pkg1');
  for (const { id } of shapes) {
    await panel(page, id).scrollIntoViewIfNeeded();
    await expect.poll(() => drawnShare(page, id)).toBeGreaterThan(0.5);
    const room = await panel(page, id).boundingBox();
    const view = await graph(page, id).boundingBox();
    expect(view && room && view.x >= room.x && view.x + view.width <= room.x + room.width + 1).toBe(true);
    expect(view && room && view.y + view.height <= room.y + room.height + 1).toBe(true);
  }
  await expect(panel(page, 41).getByRole('button', { name: 'More' })).toBeVisible();
  await expect(panel(page, 43).getByRole('textbox')).toHaveCount(0);
  await panel(page, 41).getByRole('button', { name: 'More' }).click();
  await expect(page.getByRole('menuitem', { name: 'Download JSON' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toHaveCount(0);
  await expect(panel(page, 41).getByRole('button', { name: 'More' })).toBeFocused();
  expect(await seriousFaults(page, '[data-testid="data-testid Panel header Flame 41"]')).toEqual([]);
});

test('a menu of a panel at the edge of the page is all in view, and follows its button', async ({ page }) => {
  await openPanels(page, namedFrame(), [
    { id: 70, w: 24, h: 8 },
    { id: 71, w: 4, h: 24 },
    { id: 72, w: 20, h: 24 },
  ]);
  const menu = page.getByRole('menu');
  const open = async (id: number, name: string) => {
    // A click of the test's mouse scrolls the page first.
    await panel(page, id).getByRole('button', { name }).dispatchEvent('click');
    await expect(page.getByRole('menuitem', { name: 'Download JSON' })).toBeVisible();
  };
  await open(71, 'More');
  expect((await menu.boundingBox())?.x).toBeGreaterThanOrEqual(0);
  await page.keyboard.press('Escape');
  await expect(menu).toHaveCount(0);
  const button = panel(page, 72).getByRole('button', { name: 'Download' });
  const { y = 0, height = 0 } = (await button.boundingBox()) ?? {};
  await page.setViewportSize({ width: 1280, height: Math.round(y + height) + 30 });
  await open(72, 'Download');
  const gap = async () => {
    const [above, below] = await Promise.all([menu.boundingBox(), button.boundingBox()]);
    return above && below && Math.round(below.y - above.y - above.height);
  };
  expect(await gap()).toBeGreaterThanOrEqual(0);
  const before = await gap();
  await page.mouse.wheel(0, 40);
  await expect.poll(gap).toBe(before);
});

/** The datasource names the unit, so the user's own is an override. */
const unitOfValues = (unit: string, decimals: number) => ({
  defaults: {},
  overrides: [
    {
      matcher: { id: 'byName', options: 'value' },
      properties: [
        { id: 'unit', value: unit },
        { id: 'decimals', value: decimals },
      ],
    },
  ],
});

test('takes unit and decimals from the field options', async ({ page }) => {
  const fieldConfig = unitOfValues('bytes', 3);
  await openPanels(page, namedFrame(), [{ id: 51, w: 24, h: 12, fieldConfig }]);
  await graph(page, 51).focus();
  await page.keyboard.press('ArrowDown');
  await expect(graph(page, 51).getByRole('treeitem')).toHaveAttribute('aria-label', /total 76\.294 MiB, 80\.0 %/);
});

test('shows totals to the last unit', async ({ page }) => {
  const frame = largeFrame(400);
  await openPanels(page, frame, [{ id: 61, w: 24, h: 20, fieldConfig: unitOfValues('none', 0) }]);
  await graph(page, 61).focus();
  const digits = (text: string | null) => /total ([^,]+),/.exec(text ?? '')?.[1].replace(/\D/g, '');
  const item = graph(page, 61).getByRole('treeitem');
  const first = (frame.value ?? [])[0];
  await expect.poll(async () => digits(await item.getAttribute('aria-label'))).toBe(String(first));
  const widest = Math.max(...(frame.value ?? []).filter((_, row) => frame.level?.[row] === 1));
  await page.keyboard.press('ArrowDown');
  await expect.poll(async () => digits(await item.getAttribute('aria-label'))).toBe(String(widest));
});
