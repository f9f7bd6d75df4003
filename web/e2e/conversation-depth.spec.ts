/** A message that waits, one that is said differently, a reply that goes on, and a document in plain words. */
import { axe } from "./axe";
import { expect, serve, test } from "./journey";
import { Model } from "./model";
import { answered, replies, say, stepInAs } from "./people";

let model: Model;
test.beforeAll(async () => {
  model = await Model.start();
});
test.afterAll(async () => {
  await model.stop();
});
const server = serve("demo", () => ({
  OPENAI_API_KEY: "journey",
  OPENAI_BASE_URL: model.baseUrl,
  KONDUCTRO_MODEL: "journey",
}));

test("a message waits for the reply, is taken back into the composer, and is sent when it has ended", async ({
  open,
  shot,
}) => {
  const dana = await open();
  const mara = await open();
  await stepInAs(dana, server().url, "Dana");
  await stepInAs(mara, server().url, "Mara");
  for (const page of [dana, mara]) await page.goto(`${server().url}/p/PAY/phases/3`);

  await say(dana, "Sellers want one statement a month.");
  const first = await model.next();
  first.write("One statement a month, then.");
  const box = dana.getByRole("textbox", { name: "Message Conductor" });
  await box.fill("And a yearly one?");
  await dana.getByRole("button", { name: "Send when the reply has ended" }).click();
  for (const page of [dana, mara]) {
    await expect(page.getByRole("region", { name: "Waiting message" })).toContainText("And a yearly one?");
  }
  await expect(mara.getByRole("region", { name: "Waiting message" })).toContainText("Dana");
  await shot(dana, "waiting");
  expect(await axe(dana)).toEqual([]);

  await dana.getByRole("button", { name: "Take back" }).click();
  await expect(box).toHaveValue("And a yearly one?");
  await expect(mara.getByRole("region", { name: "Waiting message" })).toHaveCount(0);
  await box.press("Enter");
  await expect(mara.getByRole("region", { name: "Waiting message" })).toBeVisible();
  first.finish();
  const second = await model.next();
  second.write("Once a year, too.");
  second.finish();
  for (const page of [dana, mara]) {
    await expect(replies(page)).toHaveCount(2);
    await expect(replies(page).last()).toContainText("Once a year, too.");
    await expect(page.getByRole("region", { name: "Waiting message" })).toHaveCount(0);
  }
});

test("the last message is said differently, and the old one stays folded away", async ({ open, shot }) => {
  const dana = await open();
  await stepInAs(dana, server().url, "Dana");
  await dana.goto(`${server().url}/p/PAY/phases/3`);
  await say(dana, "Weekly statements.");
  const old = await model.next();
  old.write("Every week, then.");
  old.finish();
  await answered(dana);
  await dana.getByRole("button", { name: "Say it differently" }).click();
  await dana.getByRole("textbox", { name: "Say it differently" }).fill("Daily statements.");
  await shot(dana, "saying it differently");
  expect(await axe(dana)).toEqual([]);
  await dana.getByRole("button", { name: "Send instead" }).click();
  const next = await model.next();
  next.write("Every day, then.");
  next.finish();
  await expect(replies(dana).last()).toContainText("Every day, then.");
  await expect(dana.getByText(/^Message replaced/)).toBeVisible();
  await expect(dana.getByText("Every week, then.")).toBeHidden();
  await shot(dana, "replaced");
});

test("a stopped reply goes on where it ended", async ({ open, shot }) => {
  const dana = await open();
  await stepInAs(dana, server().url, "Dana");
  await dana.goto(`${server().url}/p/PAY/phases/3`);
  await expect(replies(dana).first()).toBeVisible();
  const before = await replies(dana).count();
  await say(dana, "Who signs them?");
  const first = await model.next();
  first.write("The accountant");
  await expect(replies(dana).last()).toContainText("The accountant");
  await dana.getByRole("button", { name: "Stop", exact: true }).click();
  const goOn = replies(dana).last().getByRole("button", { name: "Continue" });
  await expect(goOn).toBeVisible();
  await shot(dana, "broke off");
  expect(await axe(dana)).toEqual([]);
  await goOn.click();
  const rest = await model.next();
  rest.write(" signs them.");
  rest.finish();
  await expect(replies(dana).last()).toContainText("The accountant signs them.");
  await answered(dana);
  await expect(replies(dana)).toHaveCount(before + 1);
});

test("a document in plain words becomes a version", async ({ open, shot }) => {
  const dana = await open();
  await stepInAs(dana, server().url, "Dana");
  await dana.goto(`${server().url}/p/PAY/phases/3`);
  await say(dana, "Write it up.");
  const reply = await model.next();
  reply.write("Of course.\n\n# Statements\n\n## Purpose\n\nAn accountant accepts it.\n");
  reply.finish();
  await answered(dana);
  await replies(dana).last().getByRole("button", { name: "Save as document" }).click();
  await expect(dana.getByText("Saved as v1")).toBeVisible();
  await expect(
    dana.getByRole("region", { name: "Document text" }).getByText("An accountant accepts it."),
  ).toBeVisible();
  await shot(dana, "extracted");
});
