import { type Locator, type Page } from '@playwright/test';
import { showPanels } from './flame-dashboard';
import { type FrameShape, answerFlame, deepFrame, namedFrame } from './flame-frames';
import { expect, test } from './page';

// What the menus hold, by keyboard alone: nothing here clicks.

const panel = (page: Page) => page.getByTestId('data-testid Panel header Flame 3');
const graph = (page: Page) => panel(page).getByTestId('flame-graph');
const path = (page: Page) => panel(page).getByRole('navigation', { name: 'Path of the zoomed frame' });
const current = (page: Page) => graph(page).getByRole('treeitem');

async function openFlame(page: Page, frame: FrameShape, options: Record<string, unknown> = {}, query = '') {
  await showPanels(page, [{ id: 3, w: 24, h: 16, options: { selectionVariable: 'method', ...options } }]);
  const answered = await answerFlame(page, frame);
  await page.goto(`/d/hotspan-overview?var-service=demo-python${query}`);
  await expect(graph(page)).toBeVisible();
  return answered;
}

const isFocused = (element: Locator) => element.evaluate((one) => one === document.activeElement);

/** Presses a key until an element has the focus. */
async function reach(page: Page, key: string, element: Locator) {
  await expect(element).toBeVisible();
  for (let i = 0; i < 40 && !(await isFocused(element)); i++) {
    await page.keyboard.press(key);
  }
  await expect(element).toBeFocused();
}

/** Walks to an item of the open menu and takes it. */
async function choose(page: Page, name: string | RegExp) {
  await reach(page, 'ArrowDown', page.getByRole('menu').locator('[data-role=menuitem]').filter({ hasText: name }));
  await page.keyboard.press('Enter');
}

/** Puts the keyboard on json.decode, from wherever it is in the graph. */
async function toDecode(page: Page) {
  await graph(page).focus();
  for (const key of ['Home', 'ArrowDown', 'ArrowDown']) {
    await page.keyboard.press(key);
  }
  await expect(current(page)).toHaveAttribute('aria-label', /^json\.decode,/);
}

async function chooseForDecode(page: Page, name: string | RegExp) {
  await toDecode(page);
  await page.keyboard.press('Shift+F10');
  await choose(page, name);
}

async function openTool(page: Page, name: string | RegExp) {
  await graph(page).focus();
  await reach(page, 'Shift+Tab', panel(page).getByRole('button', { name, exact: true }));
  await page.keyboard.press('Enter');
}

test('shows a frame in the table, and goes from there to its callers', async ({ page }) => {
  await openFlame(page, namedFrame());
  await chooseForDecode(page, 'Show in table');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('1 method, 50.0 % of the total');
  await reach(page, 'Tab', dialog.getByRole('button', { name: 'callers and callees' }));
  await page.keyboard.press('Enter');
  await expect(panel(page).getByTestId('flame-callers')).toBeVisible();
  await expect(dialog).toBeHidden();
});

test('zooms, searches and selects from the menu of a frame', async ({ page }) => {
  await openFlame(page, namedFrame());
  await chooseForDecode(page, 'Zoom');
  await expect(path(page)).toContainText('json.decode');
  await expect(graph(page)).toBeFocused();
  await chooseForDecode(page, 'Search this name');
  await expect(panel(page).getByTestId('flame-matches')).toHaveText('50.0 % · 1 method');
  await chooseForDecode(page, /^Select/);
  await expect(page).toHaveURL(/var-method=json.decode/);
  await openTool(page, '1 selected');
  await expect(panel(page).getByRole('button', { name: '1 selected' })).toHaveCount(0);
});

test('hides, excludes, keeps one package, and takes each back', async ({ page }) => {
  await openFlame(page, namedFrame());
  for (const [item, note, back] of [
    ['Hide: its time goes to its callers', '1 hidden', 'Show json.decode'],
    ['Exclude stacks through it', '50.0 % excluded', 'Include json.decode'],
    ['Only json', 'only json', 'Show all besides json'],
  ]) {
    await chooseForDecode(page, item);
    await expect(path(page)).toContainText(note);
    await openTool(page, note);
    await choose(page, back);
    await expect(path(page)).not.toContainText(note);
  }
});

test('turns the graph over, folds and colours it', async ({ page }) => {
  await openFlame(page, namedFrame());
  await openTool(page, 'Top-down');
  await choose(page, 'Bottom-up');
  await expect(page).toHaveURL(/flame-3-mode=bottom/);
  for (const [item, address] of [
    ['Fold recursion', 'fold=recursion'],
    ['Fold chains with one callee', 'fold=chains'],
    ['Root at the bottom', 'root=bottom'],
  ]) {
    await openTool(page, 'Bottom-up');
    await choose(page, item);
    await expect(page).toHaveURL(new RegExp(`flame-3-${address}`));
  }
  await openTool(page, 'Colour: package');
  await choose(page, 'Colour by value');
  await expect(page).toHaveURL(/flame-3-colour=value/);
});

test('leads to the requests that ran a frame, and to its source', async ({ page, context }) => {
  await context.route(/git\.example\.com/, (route) => route.fulfill({ body: 'the source', contentType: 'text/plain' }));
  const frame = { ...namedFrame(), file: ['', 'main.py', 'json.py', 'json.py', 'db.py', ''] };
  await openFlame(page, frame, { sourceUrl: 'https://git.example.com/shop/${file}' });
  const [source] = await Promise.all([context.waitForEvent('page'), chooseForDecode(page, 'Open source')]);
  await expect(source).toHaveURL('https://git.example.com/shop/json.py');
  await source.close();
  const [requests] = await Promise.all([context.waitForEvent('page'), chooseForDecode(page, 'Requests that ran this')]);
  await expect(requests).toHaveURL(/\/d\/hotspan-overview.*var-method=json\.decode/);
  await requests.close();
});

test('downloads a file', async ({ page }) => {
  await openFlame(page, namedFrame());
  await openTool(page, 'Download');
  const [download] = await Promise.all([page.waitForEvent('download'), choose(page, 'Download Folded stacks')]);
  expect(download.suggestedFilename()).toMatch(/\.folded\.txt$/);
});

test('keeps focus, search, mode and rules when the data comes anew', async ({ page }) => {
  const { asked } = await openFlame(page, namedFrame(), {}, '&flame-3-search=get&flame-3-exclude=runtime.gc');
  await toDecode(page);
  await page.keyboard.press('Enter');
  await expect(path(page)).toContainText('json.decode');
  const before = asked.length;
  await page.getByTestId('data-testid RefreshPicker run button').click();
  await expect.poll(() => asked.length).toBeGreaterThan(before);
  await expect(path(page)).toContainText('json.decode');
  await expect(path(page)).toContainText('excluded');
  await expect(panel(page).getByTestId('flame-matches')).toHaveText(/1 method/);
});

test('a deep stack with its root at the bottom opens at the root', async ({ page }) => {
  await openFlame(page, deepFrame(300), { rootAtBottom: true });
  const fromEnd = () => graph(page).evaluate((view) => view.scrollHeight - view.clientHeight - view.scrollTop);
  await expect.poll(fromEnd).toBeLessThan(2);
});
