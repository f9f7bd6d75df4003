/** What people do in the browser, in the words of the product. */
import { expect, type Locator, type Page } from "@playwright/test";

export type DemoName = "Dana" | "Mara" | "Jonas" | "Aiko";

/** One click on a person of the demo workspace. */
export async function stepInAs(page: Page, url: string, name: DemoName): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByRole("button", { name: new RegExp(`^Sign in as ${name}`) }).click();
  await expect(page.getByRole("heading", { name: "Your projects" })).toBeVisible();
}

export async function signIn(page: Page, url: string, email: string, password: string): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** An administrator makes somebody a user. */
export async function inviteUser(
  page: Page,
  url: string,
  name: string,
  email: string,
  password: string,
): Promise<void> {
  await page.goto(`${url}/users`);
  await page.getByRole("button", { name: "New user" }).click();
  const dialog = page.getByRole("dialog", { name: "New user" });
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("E-mail").fill(email);
  await dialog.getByLabel("First password").fill(password);
  await dialog.getByRole("button", { name: "Create user" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("row", { name: new RegExp(name) })).toBeVisible();
}

/** An SDM takes a user into a project. */
export async function addMember(
  page: Page,
  url: string,
  project: string,
  name: string,
  role: string,
): Promise<void> {
  await page.goto(`${url}/p/${project}/settings`);
  await page.getByLabel("Add a person").fill(name);
  await page.getByLabel("as", { exact: true }).selectOption({ label: role });
  await page.getByRole("button", { name: new RegExp(`^Add ${name}`) }).click();
  await expect(page.getByRole("checkbox", { name: new RegExp(`^${name}.*: ${role}$`) })).toBeChecked();
}

export const replies = (page: Page): Locator => page.getByRole("article", { name: "Reply of Conductor" });

/** Sends a message without waiting for the answer. */
export async function say(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message Conductor" }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

/** Sends a message and waits until Conductor has answered it. */
export async function converse(page: Page, text: string): Promise<void> {
  const before = await replies(page).count();
  await say(page, text);
  await expect(replies(page)).toHaveCount(before + 1);
  await answered(page);
}

export async function answered(page: Page): Promise<void> {
  await expect(page.getByText("Conductor has answered")).toBeAttached();
}

export const gate = (page: Page, stage: string): Locator =>
  page.getByRole("region", { name: `Gate: ${stage}` });

/** Chooses a stage on the rail. */
export async function goToStage(page: Page, stage: string): Promise<void> {
  await page
    .getByRole("navigation", { name: "Stages and gates" })
    .getByRole("link", { name: new RegExp(`^${stage}\\b`) })
    .click();
  await expect(gate(page, stage)).toBeVisible();
}

/** Approves what is on screen, after the dialog has said exactly what that is. */
export async function approve(page: Page, stage: string, version: number, standsOn: RegExp): Promise<void> {
  await gate(page, stage)
    .getByRole("button", { name: `Approve v${version}` })
    .click();
  const dialog = page.getByRole("dialog", { name: `Approve ${stage} v${version}` });
  await expect(dialog.getByText(`version ${version}`)).toBeVisible();
  await expect(dialog.getByText(/sha256 [0-9a-f]{64}/)).toBeVisible();
  await expect(dialog.getByText(standsOn).first()).toBeVisible();
  await acknowledge(dialog);
  for (const reason of await dialog.getByLabel(/^Why this may stand/).all()) await reason.fill("A sketch.");
  await dialog.getByLabel("Note (optional)").fill("Read word for word.");
  await dialog.getByRole("button", { name: `Approve v${version}` }).click();
  await expect(dialog).toBeHidden();
  await expect(gate(page, stage).getByText("Approved", { exact: true })).toBeVisible();
}

/** Ticks off what the document leaves open, one by one. */
export async function acknowledge(within: Locator): Promise<void> {
  const points = within.getByRole("list", { name: "Assumptions and open questions" }).getByRole("checkbox");
  for (const point of await points.all()) await point.check();
}
