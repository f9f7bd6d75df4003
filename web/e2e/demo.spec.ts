/** The demo workspace as a newcomer meets it: four people, every page, light and dark, free of axe violations. */
import { axe } from "./axe";
import { expect, serve, test } from "./journey";
import { type DemoName, gate, stepInAs } from "./people";

const server = serve("demo");

const PAGES: [name: string, path: string, shows: string | RegExp][] = [
  ["projects", "/", "Your projects"],
  ["board", "/p/PAY", "Split settlement for marketplace sellers"],
  ["settings", "/p/PAY/settings", "Members and roles"],
  ["account", "/account", "Password"],
  ["requirements", "/p/PAY/phases/1?stage=requirements", "Purpose"],
  ["technical analysis", "/p/PAY/phases/1?stage=technical_analysis", "Summary and verdict"],
  ["architecture", "/p/PAY/phases/1?stage=architecture", "Decisions"],
  ["stories, locked", "/p/PAY/phases/1?stage=stories", "Stories is locked"],
  ["source", "/p/PAY/phases/1?stage=architecture&view=source", "## Overview"],
  ["changes requested", "/p/PAY/phases/2", "Refunds after the pay-out"],
  ["no version yet", "/p/PAY/phases/3", "No version yet"],
  ["backlog", "/p/PAY/backlog", "Show the seller's name"],
];

for (const theme of ["light", "dark"] as const) {
  test(`every page is free of axe violations, ${theme}`, async ({ open, shot }) => {
    const page = await open({ colorScheme: theme, reducedMotion: "reduce" });
    await page.goto(`${server().url}/sign-in`);
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    expect.soft(await axe(page), "sign-in").toEqual([]);
    await stepInAs(page, server().url, "Dana");
    for (const [name, path, shows] of [...PAGES, ["users", "/users", "Aiko Tanaka"] as const]) {
      await page.goto(server().url + path);
      await expect(page.getByText(shows).first()).toBeVisible();
      await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
      expect.soft(await axe(page), name).toEqual([]);
      await shot(page, `${name} ${theme}`);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${server().url}/p/PAY/phases/1?stage=architecture`);
    await page.getByRole("button", { name: "Document", exact: true }).click();
    await expect(page.getByRole("heading", { name: "Decisions" })).toBeVisible();
    expect.soft(await axe(page), "narrow").toEqual([]);
    await shot(page, `narrow ${theme}`);
  });
}

/** What each of the four may do in the architecture that awaits approval. */
const MAY: [DemoName, converses: boolean, approves: boolean][] = [
  ["Dana", true, true],
  ["Mara", true, true],
  ["Jonas", false, false],
  ["Aiko", false, false],
];

for (const [name, converses, approves] of MAY) {
  test(`${name} steps in by one click and sees what the role allows`, async ({ open }) => {
    const page = await open();
    await stepInAs(page, server().url, name);
    await page.getByRole("link", { name: /Payments/ }).click();
    await page.getByRole("link", { name: "Split settlement" }).click();
    await expect(page.getByRole("heading", { name: "Split settlement: architecture" })).toBeVisible();
    await expect(page.getByRole("textbox", { name: "Message Conductor" })).toHaveCount(converses ? 1 : 0);
    const bar = gate(page, "Architecture");
    await expect(bar.getByText("In review", { exact: true })).toBeVisible();
    await expect(bar.getByRole("button", { name: "Approve v1" })).toHaveCount(approves ? 1 : 0);
    await page.goBack();
    await expect(page.getByRole("link", { name: "Split settlement" })).toBeVisible();
  });
}

test("what Conductor was given is shown block by block", async ({ open }) => {
  const page = await open();
  await stepInAs(page, server().url, "Mara");
  await page.goto(`${server().url}/p/PAY/phases/1?stage=architecture`);
  await page
    .getByRole("button", { name: /what Conductor was given/i })
    .last()
    .click();
  const dialog = page.getByRole("dialog", { name: "What Conductor was given" });
  await expect(dialog.getByText(/\d+ blocks/)).toBeVisible();
  await expect(dialog.locator("summary").first()).toBeVisible();
  expect(await axe(page)).toEqual([]);
});

test("the diagram is drawn inside its own frame", async ({ open, shot }) => {
  const page = await open();
  await stepInAs(page, server().url, "Aiko");
  await page.goto(`${server().url}/p/PAY/phases/1?stage=architecture`);
  await expect(
    page
      .getByRole("img", { name: /^Diagram:/ })
      .first()
      .locator("svg"),
  ).toBeVisible();
  await expect(page.getByTitle("Diagram renderer")).toHaveAttribute("sandbox", "allow-scripts");
  await shot(page, "diagram");
});
