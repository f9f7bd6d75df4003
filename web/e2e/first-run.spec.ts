/** The first run with the sample project, and what an administrator and a member do about themselves and others. */
import type { Page } from "@playwright/test";
import { expect, serve, test } from "./journey";
import { addMember, inviteUser, signIn } from "./people";

const server = serve("empty");
const PASSWORD = "a long enough password";
const NEW_PASSWORD = "another long password";

async function enter(page: Page, email: string, password: string): Promise<void> {
  await signIn(page, server().url, email, password);
  await expect(page.getByRole("heading", { name: "Your projects" })).toBeVisible();
}

test("a workspace is set up with the sample project, shared, and closed to who leaves", async ({
  open,
  shot,
}) => {
  const dana = await open();
  await test.step("set-up says what is wrong with a code, then offers the sample project", async () => {
    await dana.goto(server().url);
    await dana.getByLabel("Set-up code").fill("WRONG-CODE");
    await dana.getByLabel("Your name").fill("Dana Okafor");
    await dana.getByLabel("E-mail").fill("dana@example.com");
    await dana.getByLabel("Password").fill(PASSWORD);
    await dana.getByRole("button", { name: "Create administrator" }).click();
    await expect(dana.getByRole("alert")).toContainText(/code/i);
    await shot(dana, "wrong code");
    await dana.getByLabel("Set-up code").fill(server().setupCode ?? "");
    await dana.getByRole("button", { name: "Create administrator" }).click();
    await expect(dana.getByRole("heading", { name: "A project to start with?" })).toBeVisible();
    await shot(dana, "sample");
    await dana.getByRole("button", { name: "Create the sample project" }).click();
    await expect(dana.getByRole("heading", { name: "Clinic booking" })).toBeVisible();
    await expect(dana.getByText("No phase yet")).toBeVisible();
    await shot(dana, "first board");
  });

  await test.step("the project is renamed and told its repository", async () => {
    await dana.getByRole("link", { name: "Project settings" }).first().click();
    await dana.locator("#general").getByLabel("Name").fill("Clinic appointments");
    await dana.getByRole("button", { name: "Save name" }).click();
    await expect(dana.getByText("The name is saved.")).toBeVisible();
    await expect(dana.getByRole("link", { name: "Clinic appointments" })).toBeVisible();
    const repositories = dana.locator("#repositories");
    await repositories.getByLabel("Name").fill("booking");
    await repositories.getByLabel("Remote").fill("git@git.example.com:clinic/booking.git");
    await repositories.getByRole("button", { name: "Add repository" }).click();
    await expect(repositories.getByRole("listitem").filter({ hasText: "booking.git" })).toBeVisible();
    await shot(dana, "settings");
  });

  await inviteUser(dana, server().url, "Jonas Weil", "jonas@example.com", PASSWORD);
  await addMember(dana, server().url, "CLIN", "Jonas", "Developer");

  const jonas = await open();
  await test.step("a member changes the password; other browsers are signed out", async () => {
    await enter(jonas, "jonas@example.com", PASSWORD);
    const elsewhere = await open();
    await enter(elsewhere, "jonas@example.com", PASSWORD);
    await jonas.goto(`${server().url}/account`);
    await changePassword(jonas, "not the password", NEW_PASSWORD);
    await expect(jonas.getByRole("alert")).toContainText(/password/i);
    await shot(jonas, "wrong current password");
    await changePassword(jonas, PASSWORD, NEW_PASSWORD);
    await expect(jonas.getByText("Your password is changed.")).toBeVisible();
    await shot(jonas, "password changed");
    await expect(elsewhere.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await enter(elsewhere, "jonas@example.com", NEW_PASSWORD);
  });

  await test.step("a member who is removed no longer sees the project", async () => {
    await jonas.goto(server().url);
    await expect(jonas.getByRole("link", { name: /Clinic appointments/ })).toBeVisible();
    await dana.goto(`${server().url}/p/CLIN/settings`);
    await dana.getByRole("button", { name: "Remove Jonas Weil from the project" }).click();
    const dialog = dana.getByRole("dialog", { name: /^Remove Jonas Weil/ });
    await dialog.getByRole("button", { name: "Remove", exact: true }).click();
    await expect(dialog).toBeHidden();
    const members = dana.getByRole("list", { name: "Members" });
    await expect(members.getByRole("listitem")).toHaveCount(1);
    await jonas.reload();
    await expect(jonas.getByText("No project yet")).toBeVisible();
  });

  await test.step("whoever is disabled is signed out and can't come back", async () => {
    await dana.goto(`${server().url}/users`);
    await dana.getByRole("button", { name: "Disable Jonas Weil" }).click();
    const dialog = dana.getByRole("dialog", { name: "Disable Jonas Weil" });
    await dialog.getByRole("button", { name: "Disable", exact: true }).click();
    await expect(dialog).toBeHidden();
    await expect(
      dana
        .getByRole("row", { name: /Jonas Weil/ })
        .getByText("Disabled")
        .first(),
    ).toBeAttached();
    await shot(dana, "disabled");
    await expect(jonas.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await signIn(jonas, server().url, "jonas@example.com", NEW_PASSWORD);
    await expect(jonas.getByRole("alert")).toBeVisible();
    await shot(jonas, "disabled sign-in");
  });

  await test.step("whoever signs out is out, Back included", async () => {
    await dana.getByRole("button", { name: "Account of Dana Okafor" }).click();
    await dana.getByRole("menuitem", { name: "Sign out" }).click();
    await expect(dana.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await dana.goBack();
    await expect(dana.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await expect(dana.getByText("jonas@example.com")).toHaveCount(0);
  });
});

async function changePassword(page: Page, current: string, next: string): Promise<void> {
  await page.getByLabel("Current password").fill(current);
  await page.getByLabel("New password", { exact: true }).fill(next);
  await page.getByLabel("New password again").fill(next);
  await page.getByRole("button", { name: "Change password" }).click();
}
