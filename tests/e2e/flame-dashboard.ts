import { type Page } from '@playwright/test';

/** A flame graph panel of a test dashboard; sizes in Grafana's grid (24 columns, 38 px per row). */
export interface FlamePanelShape {
  id: number;
  w: number;
  h: number;
  options?: Record<string, unknown>;
  fieldConfig?: Record<string, unknown>;
}

interface Dashboard {
  panels: Array<Record<string, unknown> & { type: string }>;
}

/** Replaces the panels of the overview, as the server sends it, by flame graphs of these sizes, from left to right. */
export async function showPanels(page: Page, shapes: readonly FlamePanelShape[]): Promise<void> {
  await page.route(/dashboards\/(uid\/)?hotspan-overview/, async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { dashboard?: Dashboard; spec?: Dashboard };
    const dashboard = body.dashboard ?? body.spec;
    const like = dashboard?.panels.find(({ type }) => type === 'hotspan-flamegraph-panel');
    if (dashboard && like) {
      dashboard.panels = placed(shapes).map((place) => ({ ...like, ...place }));
    }
    await route.fulfill({ response, json: body });
  });
}

function placed(shapes: readonly FlamePanelShape[]) {
  let x = 0;
  let y = 0;
  let lowest = 0;
  return shapes.map(({ id, w, h, options = {}, fieldConfig = { defaults: {}, overrides: [] } }) => {
    if (x + w > 24) {
      x = 0;
      y += lowest;
      lowest = 0;
    }
    const gridPos = { x, y, w, h };
    x += w;
    lowest = Math.max(lowest, h);
    return { id, title: `Flame ${id}`, gridPos, options, fieldConfig, type: 'hotspan-flamegraph-panel' };
  });
}
