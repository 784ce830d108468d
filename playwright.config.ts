import { defineConfig } from '@playwright/test';

/**
 * Browser tests. Without GRAFANA_URL they run on the test host, which `tests/e2e/stage.ts` starts with a store full of
 * recorded uploads; with GRAFANA_URL the same specs run on that Grafana, and `tests/e2e-grafana` too.
 */
const grafana = process.env.GRAFANA_URL;

export default defineConfig({
  testDir: './tests',
  testMatch: grafana ? ['e2e/**/*.spec.ts', 'e2e-grafana/**/*.spec.ts'] : ['e2e/**/*.spec.ts'],
  globalSetup: './tests/e2e/stage.ts',
  fullyParallel: false,
  workers: 1,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  outputDir: 'test-output/playwright',
  use: {
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    },
  },
});
