/** Opening an approved stage again: what becomes stale is named before, says why afterwards, and is reaffirmed. */
import type { Page } from "@playwright/test";
import { axe } from "./axe";
import { expect, serve, test } from "./journey";
import { acknowledge, approve, gate, goToStage, stepInAs } from "./people";

const server = serve("demo");

test("what stands on a reopened stage is stale until somebody reaffirms it", async ({ open, shot }) => {
  const dana = await open();
  await stepInAs(dana, server().url, "Dana");
  await dana.goto(`${server().url}/p/PAY/phases/1?stage=requirements`);
  const requirements = gate(dana, "Requirements");
  const analysis = gate(dana, "Technical analysis");

  await test.step("before it is confirmed, the dialog names what becomes stale", async () => {
    await requirements.getByRole("button", { name: "Reopen" }).click();
    const dialog = dana.getByRole("dialog", { name: "Reopen Requirements" });
    await expect(dialog.getByText(/Technical analysis v\d+ becomes stale/)).toBeVisible();
    await shot(dana, "reopen");
    await dialog.getByLabel("Why").fill("Tax was forgotten");
    await dialog.getByRole("button", { name: "Reopen" }).click();
    await expect(dialog).toBeHidden();
    await expect(requirements.getByText("In review", { exact: true })).toBeVisible();
  });

  await test.step("the stale stage says what was opened again, and why", async () => {
    await goToStage(dana, "Technical analysis");
    await expect(analysis.getByText("Stale", { exact: true })).toBeVisible();
    await expect(analysis.getByText("Requirements was opened again")).toBeVisible();
    await expect(analysis.getByText("Tax was forgotten")).toBeVisible();
    await expect(analysis.getByRole("button", { name: /^Reaffirm/ })).toHaveCount(0);
  });

  const saved = await saveRequirements(dana, server().url);
  await test.step("once the new version is approved, what moved can be compared", async () => {
    await goToStage(dana, "Requirements");
    await approve(dana, "Requirements", saved, /no earlier document/);
    await goToStage(dana, "Technical analysis");
    await expect(analysis.getByText(`Requirements moved: v${saved - 1} → v${saved}`)).toBeVisible();
    expect(await axe(dana), "stale").toEqual([]);
    await shot(dana, "stale");
    await dana.emulateMedia({ colorScheme: "dark" });
    await shot(dana, "stale dark");
    await dana.setViewportSize({ width: 390, height: 844 });
    await dana.getByRole("button", { name: "Document", exact: true }).click();
    await shot(dana, "stale narrow");
    await dana.setViewportSize({ width: 1440, height: 900 });
    await analysis.getByRole("link", { name: `Compare v${saved - 1} with v${saved}` }).click();
    await expect(dana.getByRole("article", { name: "Requirements document" })).toBeVisible();
    await expect(dana.getByText("Tax is kept apart").first()).toBeVisible();
    await dana.goBack();
  });

  await test.step("it is reaffirmed as it is, on what is approved now", async () => {
    await analysis.getByRole("button", { name: /^Reaffirm v\d+$/ }).click();
    const dialog = dana.getByRole("dialog", { name: /^Reaffirm Technical analysis v\d+$/ });
    await expect(dialog.getByText(`(written on v${saved - 1})`)).toBeVisible();
    await acknowledge(dialog);
    await shot(dana, "reaffirm");
    await dialog.getByRole("button", { name: /^Reaffirm v\d+$/ }).click();
    await expect(dialog).toBeHidden();
    await expect(analysis.getByText("Approved", { exact: true })).toBeVisible();
  });
});

/** Saves another version of the requirements, as an editor elsewhere would; its number. */
async function saveRequirements(page: Page, url: string): Promise<number> {
  const read = async (path: string) => (await page.request.get(`${url}/api/v1${path}`)).json();
  const project = (await read("/projects")).items.find((one: { key: string }) => one.key === "PAY");
  const phases = (await read(`/projects/${project.id}/phases`)).items;
  const phase = phases.find((one: { number: number }) => one.number === 1);
  const path = `/phases/${phase.id}/artefacts/requirements`;
  const { latest } = await read(path);
  const { markdown } = await read(`${path}/versions/${latest.version}`);
  const saved = await page.request.post(`${url}/api/v1${path}/versions`, {
    headers: { "X-Konductro": "1" },
    data: { title: latest.title, markdown: `${markdown}\n\nTax is kept apart from the share.\n` },
  });
  expect(saved.status(), await saved.text()).toBe(201);
  return latest.version + 1;
}
