/** What people do in the review of stories and in the backlog, in the words of the product. */
import { expect, type Locator, type Page } from "@playwright/test";

export const proposals = (page: Page): Locator =>
  page
    .getByRole("grid", { name: "Proposed stories" })
    .locator("[role=row][aria-rowindex]:not([aria-rowindex='1'])");

export const backlog = (page: Page): Locator =>
  page.getByRole("grid", { name: "Stories", exact: true }).locator("[role=row]:not([aria-rowindex='1'])");

/** Has Conductor propose stories, and waits until it has proposed all it would. Answers how many there are. */
export async function generate(page: Page): Promise<number> {
  await page.getByRole("button", { name: "Generate stories" }).click();
  await expect(proposals(page).first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Generate again" })).toBeVisible();
  return proposals(page).count();
}

/** Lets everything undecided into the backlog, after the dialog has said how many that is. */
export async function approveAll(page: Page, expected: number): Promise<void> {
  await page.getByRole("button", { name: `Approve all ${expected}` }).click();
  const stories = expected === 1 ? "1 story" : `${expected} stories`;
  const dialog = page.getByRole("dialog", { name: `Approve ${stories}` });
  await expect(dialog.getByRole("listitem")).toHaveCount(expected);
  await dialog.getByRole("button", { name: `Approve ${stories}` }).click();
  await expect(dialog).toBeHidden();
}

export async function openPhase(
  page: Page,
  board: string,
  kind: "Full" | "Light",
  title: string,
  brief: string,
): Promise<void> {
  await page.goto(board);
  await page.getByRole("button", { name: "New phase" }).click();
  const dialog = page.getByRole("dialog", { name: "New phase" });
  await dialog.getByRole("radio", { name: new RegExp(`^${kind}`) }).check();
  await dialog.getByLabel("Title").fill(title);
  await dialog.getByLabel("Brief").fill(brief);
  await dialog.getByRole("button", { name: "Open phase" }).click();
  await expect(page.getByRole("heading", { name: title })).toBeVisible();
}
