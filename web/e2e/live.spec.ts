/** The reply as it is written: in several browsers, over a dropped network, stopped and tried again. */
import type { Locator, Page } from "@playwright/test";
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

/** The chat text of the newest reply, without the line that says who and when. */
const newest = (page: Page): Locator => replies(page).last().locator(".chat-text");
const documentText = (page: Page): Locator => page.getByRole("region", { name: "Document text" });

test("two browsers see the same reply once; one goes offline and comes back", async ({ open, shot }) => {
  const dana = await open();
  const mara = await open({ dropsNetwork: true });
  await stepInAs(dana, server().url, "Dana");
  await stepInAs(mara, server().url, "Mara");
  for (const page of [dana, mara]) {
    await page.goto(`${server().url}/p/PAY/phases/3`);
    await expect(page.getByText("Live", { exact: true })).toBeVisible();
  }
  await expect(dana.getByRole("group", { name: "Also here: Mara Lindqvist" })).toBeAttached();

  await say(dana, "Sellers want one statement a month.");
  const reply = await model.next();
  reply.write("One statement a month, then. ");
  for (const page of [dana, mara]) await expect(newest(page)).toHaveText("One statement a month, then.");
  reply.write(
    'Here it is.\n\n<artefact kind="requirements" title="Statements">\n\n# Statements\n\n## Purpose\n\n',
  );
  for (const page of [dana, mara]) {
    await expect(documentText(page).getByRole("heading", { name: "Purpose" })).toBeVisible();
  }
  await shot(dana, "document beside the chat");

  await mara.context().setOffline(true);
  await expect(mara.getByText("Offline", { exact: true })).toBeVisible();
  reply.write("An accountant accepts it.\n\n");
  await expect(documentText(dana).getByText("An accountant accepts it.")).toBeVisible();
  await expect(documentText(mara).getByText("An accountant accepts it.")).toHaveCount(0);
  await shot(mara, "offline");
  await mara.context().setOffline(false);
  await expect(documentText(mara).getByText("An accountant accepts it.")).toHaveCount(1);

  reply.write("</artefact>\n\nAnything missing?");
  reply.finish();
  for (const page of [dana, mara]) {
    await answered(page);
    await expect(page.getByText("Saved as v1")).toBeVisible();
    await expect(replies(page)).toHaveCount(1);
    await expect(newest(page)).toHaveText(["One statement a month, then. Here it is.", "Anything missing?"]);
    await expect(documentText(page).getByText("An accountant accepts it.")).toHaveCount(1);
  }
  await shot(mara, "back");
  await mara.reload();
  await expect(newest(mara)).toHaveText(["One statement a month, then. Here it is.", "Anything missing?"]);
});

test("stop keeps what had arrived, and retry writes it again", async ({ open, shot }) => {
  const dana = await open();
  await stepInAs(dana, server().url, "Dana");
  await dana.goto(`${server().url}/p/PAY/phases/2`);
  await expect(replies(dana)).toHaveCount(1);
  await say(dana, "Give N-1 a number.");
  const first = await model.next();
  first.write("Half a thought");
  await expect(newest(dana)).toHaveText("Half a thought");
  await dana.getByRole("button", { name: "Stop", exact: true }).click();
  const stopped = replies(dana).last().getByText("Stopped. What had arrived is kept.");
  await expect(stopped).toBeVisible();
  await expect(newest(dana)).toHaveText("Half a thought");
  await shot(dana, "stopped");

  await dana.reload();
  await expect(newest(dana)).toHaveText("Half a thought");
  await replies(dana).last().getByRole("button", { name: "Retry" }).click();
  const second = await model.next();
  second.write("A whole thought.");
  second.finish();
  await expect(newest(dana)).toHaveText("A whole thought.");
  await answered(dana);
  await expect(stopped).toHaveCount(0);
  await expect(replies(dana)).toHaveCount(2);
});
