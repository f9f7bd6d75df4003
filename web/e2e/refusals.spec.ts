/** What people are told when something is refused, lost or wrong. */
import { expect, serve, test } from "./journey";
import { signIn, stepInAs } from "./people";

const server = serve("demo");

test("a wrong password says so, and keeps the e-mail", async ({ open, shot }) => {
  const page = await open();
  await signIn(page, server().url, "dana@demo.example", "not her password");
  await expect(page.getByRole("alert")).toContainText(/password/i);
  await expect(page.getByLabel("E-mail")).toHaveValue("dana@demo.example");
  await shot(page, "wrong password");
});

test("who may not write is told which role it needs", async ({ open, shot }) => {
  const page = await open();
  await stepInAs(page, server().url, "Jonas");
  await page.goto(`${server().url}/p/PAY/phases/3`);
  await expect(page.getByText("This needs the role SDM in the project.")).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Message Conductor" })).toHaveCount(0);
  await shot(page, "role");
});

test("a page for administrators sends nobody else astray", async ({ open }) => {
  const page = await open();
  await stepInAs(page, server().url, "Jonas");
  await expect(page.getByRole("link", { name: "Users" })).toHaveCount(0);
  await page.goto(`${server().url}/users`);
  await expect(page.getByText("The page does not exist, or you may not see it.")).toBeVisible();
});

for (const [what, path] of [
  ["address", "/no/such/page"],
  ["project", "/p/NOPE"],
  ["phase", "/p/PAY/phases/99"],
] as const) {
  test(`an unknown ${what} says that nothing is here`, async ({ open }) => {
    const page = await open();
    await stepInAs(page, server().url, "Dana");
    await page.goto(server().url + path);
    await expect(page.getByRole("heading", { name: "Nothing here" })).toBeVisible();
    await page.getByRole("link", { name: "To the projects" }).click();
    await expect(page.getByRole("heading", { name: "Your projects" })).toBeVisible();
  });
}

test("a deep link leads to sign-in and then to where it pointed", async ({ open }) => {
  const page = await open();
  await page.goto(`${server().url}/p/PAY/phases/1?stage=requirements`);
  await page.getByRole("button", { name: /^Sign in as Aiko/ }).click();
  await expect(
    page.getByRole("heading", { name: "Split settlement for marketplace sellers" }).first(),
  ).toBeVisible();
  await expect(page).toHaveURL(/stage=requirements/);
});
