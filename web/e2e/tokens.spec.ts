/** API tokens, and signing in a command line: in the browser, against the built server and its own command line. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { axe } from "./axe";
import { expect, serve, test } from "./journey";
import { stepInAs } from "./people";

const server = serve("demo");
const ROOT = join(import.meta.dirname, "..", "..");
const LOOKS = [
  { name: "wide-light", width: 1440, height: 900, colorScheme: "light" },
  { name: "narrow-dark", width: 360, height: 780, colorScheme: "dark" },
] as const;

test("a developer issues a token, copies it, uses it, and revokes it", async ({ open, shot }) => {
  const jonas = await open({ permissions: ["clipboard-read", "clipboard-write"] });
  await stepInAs(jonas, server().url, "Jonas");
  await jonas.goto(`${server().url}/account`);
  await jonas.getByRole("button", { name: "New token" }).click();
  const dialog = jonas.getByRole("dialog", { name: "New API token" });
  await dialog.getByLabel("Name").fill("laptop");
  await dialog.getByRole("checkbox", { name: /Raise findings/ }).uncheck();
  await shot(jonas, "issue");
  expect.soft(await axe(jonas), "issue dialog").toEqual([]);
  await dialog.getByRole("button", { name: "Issue token" }).click();

  const shown = jonas.getByRole("dialog", { name: "Copy your token now" });
  const secret = (await shown.getByText(/^kon_/).textContent()) ?? "";
  expect(secret).toMatch(/^kon_[0-9A-Za-z]{36}$/);
  await shown.getByRole("button", { name: "Copy the token" }).click();
  expect(await jonas.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  await shot(jonas, "secret");
  expect.soft(await axe(jonas), "secret dialog").toEqual([]);
  await shown.getByRole("button", { name: "I have copied it" }).click();
  await expect(jonas.getByText(secret)).toHaveCount(0);

  const bearer = { headers: { Authorization: `Bearer ${secret}` } };
  expect((await fetch(`${server().url}/api/v1/me`, bearer)).status).toBe(200);
  await jonas.reload();
  const row = jonas.getByRole("list", { name: "My API tokens" }).getByRole("listitem");
  await expect(row).toContainText("laptop");
  await expect(row).toContainText("used");
  for (const { name, width, height, colorScheme } of LOOKS) {
    await jonas.setViewportSize({ width, height });
    await jonas.emulateMedia({ colorScheme });
    await row.scrollIntoViewIfNeeded();
    await shot(jonas, `account-${name}`);
    expect.soft(await axe(jonas), `account ${name}`).toEqual([]);
  }
  await jonas.setViewportSize({ width: 1280, height: 800 });

  await row.getByRole("button", { name: "Revoke laptop" }).click();
  await jonas.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(jonas.getByText("You have none.")).toBeVisible();
  expect((await fetch(`${server().url}/api/v1/me`, bearer)).status).toBe(401);
});

test("a command line is signed in by its code, and the SDM of the project sees it", async ({
  open,
  shot,
}) => {
  const config = mkdtempSync(join(tmpdir(), "konductro-e2e-"));
  const target = execFileSync("sh", ["scripts/target-dir.sh"], { cwd: ROOT, encoding: "utf8" }).trim();
  const binary = join(target, "debug", "konductro");
  const env = { ...process.env, KONDUCTRO_CONFIG_DIR: config, KONDUCTRO_TOKEN: "" };
  const login = spawn(binary, ["login", "--url", server().url, "--json"], { env });
  const done = new Promise<number | null>((resolve) => login.on("exit", resolve));
  try {
    const address = await new Promise<string>((resolve) => {
      createInterface({ input: login.stderr }).on("line", (line) => {
        if (line.startsWith("Open ")) resolve(line.slice("Open ".length));
      });
    });
    const jonas = await open();
    await stepInAs(jonas, server().url, "Jonas");
    await jonas.goto(`${server().url}/device`);
    await jonas.getByLabel("The code that it shows").fill("AAAA-AAAA");
    await jonas.getByRole("button", { name: "Continue" }).click();
    await expect(jonas.getByRole("alert")).toContainText("Nothing waits with this code");
    await jonas.goto(address);
    await expect(jonas.getByText("konductro 0.1.0")).toBeVisible();
    for (const { name, width, height, colorScheme } of LOOKS) {
      await jonas.setViewportSize({ width, height });
      await jonas.emulateMedia({ colorScheme });
      await shot(jonas, `device-${name}`);
      expect.soft(await axe(jonas), `device ${name}`).toEqual([]);
    }
    await jonas.getByRole("button", { name: "Sign it in" }).click();
    await expect(jonas.getByRole("status").filter({ hasText: "It is signed in" })).toBeVisible();
    expect(await done).toBe(0);
    const who = execFileSync(binary, ["whoami"], { env, encoding: "utf8" });
    expect(who).toContain("Jonas");

    const dana = await open();
    await stepInAs(dana, server().url, "Dana");
    await dana.goto(`${server().url}/p/PAY/settings`);
    const rows = dana.getByRole("list", { name: "API tokens of this project" }).getByRole("listitem");
    await expect(rows).toHaveCount(1);
    await rows.scrollIntoViewIfNeeded();
    await shot(dana, "settings");
    expect.soft(await axe(dana), "settings").toEqual([]);
    await rows.getByRole("button", { name: /^Revoke/ }).click();
    await dana.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await expect(dana.getByText("Nobody has one for it.")).toBeVisible();
    expect(() => execFileSync(binary, ["whoami"], { env, stdio: "pipe" })).toThrow();
  } finally {
    login.kill();
    rmSync(config, { recursive: true, force: true });
  }
});
