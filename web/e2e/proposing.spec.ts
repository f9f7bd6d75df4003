/** A model proposes stories: they arrive one by one, whatever it writes is text, and what had come is kept. */
import type { Page } from "@playwright/test";
import { expect, serve, test } from "./journey";
import { Model } from "./model";
import { answered, goToStage, say, stepInAs } from "./people";
import { openPhase, proposals } from "./review";

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

const story = (title: string): string =>
  JSON.stringify({
    title,
    type: "feature",
    narrative: "As a clerk I want it so that the day is closed.",
    acceptance_criteria: [
      { given: "an open day", when: "it is closed", then: "it is closed", traces_to: [] },
    ],
    complexity: 3,
    complexity_reason: "one table",
    depends_on: [],
    requirement_ids: [],
    decision_ids: [],
  });

async function scope(page: Page, title: string): Promise<void> {
  await openPhase(page, `${server().url}/p/PAY`, "Light", title, "A clerk closes the day.");
  await say(page, "The clerk closes the day.");
  const reply = await model.next();
  reply.write("Understood.");
  reply.finish();
  await answered(page);
  await goToStage(page, "Stories");
}

test("proposals arrive while the model writes, and a script in a title is a title", async ({
  open,
  shot,
}) => {
  const dana = await open();
  await stepInAs(dana, server().url, "Dana");
  await scope(dana, "Close the day");
  const mara = await open();
  await stepInAs(mara, server().url, "Mara");
  await mara.goto(dana.url());
  await dana.getByRole("button", { name: "Generate stories" }).click();
  const reply = await model.next();
  reply.write(`{"stories":[${story("Close the day")}`);
  for (const page of [dana, mara]) {
    await expect(proposals(page)).toHaveCount(1);
    await expect(page.getByText(/proposing stories · 1 so far/)).toBeVisible();
  }
  await shot(dana, "one so far");
  reply.write(`,${story("<script>alert(1)</script>")},{"narrative":"no title"}]}`);
  reply.finish();
  await expect(proposals(mara).filter({ hasText: "<script>alert(1)</script>" })).toHaveCount(1);
  // What was no story is asked for once more, and then said to be none.
  const repair = await model.next();
  repair.write('{"stories":[{"narrative":"still no title"}]}');
  repair.finish();
  for (const page of [dana, mara]) {
    await expect(page.getByText("1 element was no story")).toBeVisible();
    await expect(proposals(page)).toHaveCount(2);
  }
  await shot(dana, "one was no story");
});

test("stopping keeps what had come, and it can go on", async ({ open, shot }) => {
  const dana = await open();
  await stepInAs(dana, server().url, "Dana");
  await scope(dana, "Open the day");
  await dana.getByRole("button", { name: "Generate stories" }).click();
  const reply = await model.next();
  reply.write(`{"stories":[${story("Open the day")},{"title":"Half a`);
  await expect(proposals(dana)).toHaveCount(1);
  await dana.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(dana.getByText("Stopped after 1 story.")).toBeVisible();
  await shot(dana, "stopped");
  await dana.getByRole("button", { name: "Go on" }).click();
  const rest = await model.next();
  rest.write(`{"stories":[${story("Greet the first customer")}]}`);
  rest.finish();
  await expect(proposals(dana)).toHaveCount(2);
  await expect(dana.getByRole("button", { name: "Approve all 2" })).toBeVisible();
});
