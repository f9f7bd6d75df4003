/** What the checker finds stands in the way: seen at its place, live in the editor, and waived with a reason on record. */
import { axe } from "./axe";
import { expect, serve, test } from "./journey";
import { acknowledge, gate, stepInAs } from "./people";

const server = serve("demo");
const REASON = "Settling is measured with the first hundred refunds; the number follows in v2.";

test("a vague quality blocks the approval until it is waived with a reason", async ({ open, shot }) => {
  const page = await open();
  await stepInAs(page, server().url, "Dana");
  await page.goto(`${server().url}/p/PAY/phases/2?stage=requirements`);
  const bar = gate(page, "Requirements");

  await test.step("the gate says so and leads to the place", async () => {
    await expect(bar.getByText("1 blocking finding")).toBeVisible();
    await bar.getByRole("link", { name: /Show the first/ }).click();
    const checker = page.getByRole("region", { name: "Checker" });
    await expect(checker.getByRole("button", { name: /N-1 says “fast”/ })).toBeVisible();
    const pointedAt = page.getByRole("region", { name: "Document text" }).locator(":focus");
    await expect(pointedAt).toContainText("N-1");
    await expect(pointedAt).toBeInViewport();
    expect(await axe(page), "document with findings").toEqual([]);
    await shot(page, "findings");
  });

  await test.step("the editor finds it while one types", async () => {
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    const checker = page.getByRole("region", { name: "Checker" });
    await checker.getByRole("button", { name: /1 blocking finding/ }).click();
    await checker.getByRole("button", { name: /N-1 says “fast”/ }).click();
    const marked = page.locator(".cm-finding-blocking");
    await expect(marked).toHaveText("- **N-1** Settling must be fast.");
    await page.keyboard.press("End");
    await page.keyboard.type(" Within 2 s.");
    await expect(marked).toHaveCount(0);
    await expect(checker.getByText(/blocking/)).toHaveCount(0);
    expect(await axe(page), "editor with findings").toEqual([]);
    await shot(page, "editor");
    await page.getByRole("button", { name: "Discard draft" }).click();
  });

  await test.step("approving asks for a reason and keeps it", async () => {
    await bar.getByRole("button", { name: "Approve v1" }).click();
    const dialog = page.getByRole("dialog", { name: "Approve Requirements v1" });
    const approve = dialog.getByRole("button", { name: "Approve v1" });
    await expect(dialog.getByText("1 blocking finding")).toBeVisible();
    await expect(approve).toBeDisabled();
    expect(await axe(page), "waiving").toEqual([]);
    await acknowledge(dialog);
    await expect(approve).toBeDisabled();
    await dialog.getByLabel("Why this may stand (N-1)").fill(REASON);
    await shot(page, "waived");
    await approve.click();
    await expect(dialog).toBeHidden();
    await expect(bar.getByText("Approved", { exact: true })).toBeVisible();
  });
});
