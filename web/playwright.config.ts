/**
 * Browser journeys against the built server. No retries and no sleeps: what is flaky is broken.
 * The browser is the system's Chromium; nothing is downloaded.
 */
import { defineConfig } from "@playwright/test";
import { CHROMIUM } from "./e2e/chromium";

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  fullyParallel: false,
  // Two servers, two PostgreSQLs and two Chromiums are enough for two cores.
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 150_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    launchOptions: CHROMIUM ? { executablePath: CHROMIUM } : {},
    viewport: { width: 1440, height: 900 },
    colorScheme: "light",
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    actionTimeout: 20_000,
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
  },
});
