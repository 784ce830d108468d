import { expect, test as base } from '@playwright/test';

/**
 * The `test` of all browser specs: relative URLs, and a spec fails when the page logs an error or a request fails that the
 * spec did not announce with `allowProblem`.
 */
export const test = base.extend<{ problems: string[]; allowProblem: (pattern: RegExp) => void }>({
  baseURL: async ({}, use) => use(process.env.BASE_URL),
  problems: async ({}, use) => use([]),
  allowProblem: [
    async ({ page, problems }, use) => {
      const allowed: RegExp[] = [];
      page.on('console', (message) => {
        // Failed requests are recorded below, with their address.
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource: the server responded')) {
          problems.push(message.text());
        }
      });
      page.on('pageerror', (error) => problems.push(error.message));
      page.on(
        'response',
        (answer) => answer.status() >= 400 && problems.push(`HTTP ${answer.status()} ${answer.url()}`)
      );
      await use((pattern) => allowed.push(pattern));
      expect(problems.filter((text) => !allowed.some((pattern) => pattern.test(text)))).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
