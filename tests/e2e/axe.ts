import AxeBuilder from '@axe-core/playwright';
import { type Page } from '@playwright/test';

/** What is Grafana's own and can't be mended here. */
interface Excepted {
  elements?: readonly string[];
  rules?: string[];
}

/** The arrow of Grafana 12's own pickers. */
export const pickerArrow = '[id^=downshift][id$=toggle-button]';

/** What axe finds serious or critical in a part of the page, with the first element of each. */
export async function seriousFaults(page: Page, selector: string, excepted: Excepted = {}): Promise<string[]> {
  const axe = new AxeBuilder({ page }).include(selector).disableRules(excepted.rules ?? []);
  excepted.elements?.forEach((element) => axe.exclude(element));
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
}
