/**
 * What every journey needs: its server, people in browsers of their own, and a watch on their consoles.
 * A journey fails if any page logged an error, threw, or broke its Content-Security-Policy.
 */
import { type BrowserContextOptions, test as base, expect, type Page } from "@playwright/test";
import { CHROMIUM, NO_CHROMIUM } from "./chromium";
import { Server, type Workspace } from "./server";

export { expect };

type Options = BrowserContextOptions & { dropsNetwork?: boolean };
type Fixtures = {
  /** A browser for one more person. */
  open: (options?: Options) => Promise<Page>;
  /** A screenshot, kept with the results. */
  shot: (page: Page, name: string) => Promise<void>;
};

/** The browser's own note of a refused request; what the page makes of it is what the journeys look at. */
const REFUSED = /^Failed to load resource: the server responded with a status of 4\d\d/;
const DROPPED = /ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|WebSocket connection to/;

export const test = base.extend<Fixtures>({
  open: async ({ browser }, use) => {
    const complaints: string[] = [];
    const contexts: Awaited<ReturnType<typeof browser.newContext>>[] = [];
    await use(async ({ dropsNetwork = false, ...options } = {}) => {
      const context = await browser.newContext(options);
      contexts.push(context);
      const page = await context.newPage();
      page.on("pageerror", (error) => complaints.push(`${page.url()}: threw ${error.message}`));
      page.on("console", (message) => {
        const text = message.text();
        const expected = REFUSED.test(text) || (dropsNetwork && DROPPED.test(text));
        if (message.type() === "error" && !expected) complaints.push(`${page.url()}: ${text}`);
      });
      return page;
    });
    for (const context of contexts) await context.close();
    expect(complaints, "what the consoles said").toEqual([]);
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names it must provide from here
  shot: async ({}, use, info) => {
    await use(async (page, name) => {
      const path = info.outputPath(`${name}.png`);
      await page.screenshot({ path });
      await info.attach(name, { path, contentType: "image/png" });
    });
  },
});

/** One server for all journeys of a file; they run one after another. */
export function serve(
  workspace: Workspace,
  environment: () => Record<string, string> = () => ({}),
): () => Server {
  let server: Server | null = null;
  test.skip(!CHROMIUM, NO_CHROMIUM);
  test.describe.configure({ mode: "serial" });
  test.beforeAll(async () => {
    server = await Server.start(workspace, environment());
  });
  test.afterAll(async () => {
    await server?.stop();
  });
  return () => {
    if (!server) throw new Error("the server runs only while the tests do");
    return server;
  };
}
