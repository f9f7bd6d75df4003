/** From a conversation to the backlog, and from one sentence to the backlog, without a model. */
import { axe } from "./axe";
import { expect, serve, test } from "./journey";
import { converse, gate, goToStage, stepInAs } from "./people";
import { approveAll, backlog, generate, openPhase, proposals } from "./review";

const server = serve("demo");
const board = () => `${server().url}/p/PAY`;

test("a light phase leads from a short conversation to the backlog", async ({ open, shot }) => {
  const dana = await open({ reducedMotion: "reduce" });
  await stepInAs(dana, server().url, "Dana");
  await openPhase(dana, board(), "Light", "Print a refund slip", "The clerk prints a slip for each refund.");

  await test.step("stories are locked until the first reply, and open after it", async () => {
    await expect(gate(dana, "Scoping")).toBeVisible();
    await goToStage(dana, "Stories");
    await expect(dana.getByText("Stories is locked")).toBeVisible();
    await goToStage(dana, "Scoping");
    await converse(
      dana,
      "When a refund is booked, the clerk prints a slip. The slip shows amount and reason. A slip is printed again when it is lost.",
    );
    await expect(gate(dana, "Scoping").getByText("Passed", { exact: true })).toBeVisible();
    await shot(dana, "scoping");
  });

  await goToStage(dana, "Stories");
  await expect(dana.getByText("Ready for story generation")).toBeVisible();
  const proposed = await generate(dana);
  expect.soft(await axe(dana), "review").toEqual([]);
  await shot(dana, "review");
  await approveAll(dana, proposed);
  await expect(proposals(dana).filter({ hasText: /PAY-\d+/ })).toHaveCount(proposed);

  await test.step("the phase is completed, its stories are in the backlog and are enriched", async () => {
    await dana.getByRole("button", { name: "Complete phase" }).click();
    await dana.getByRole("dialog").getByRole("button", { name: "Complete phase" }).click();
    await expect(dana.getByText(/This phase is completed/)).toBeVisible();
    await dana.getByRole("link", { name: /in the backlog/ }).click();
    await expect(backlog(dana)).toHaveCount(proposed);
    await expect(backlog(dana).filter({ hasText: "Enriched" })).toHaveCount(proposed);
    expect.soft(await axe(dana), "backlog").toEqual([]);
    await shot(dana, "backlog");
    await backlog(dana).first().click();
    await expect(dana.getByRole("heading", { name: "What it takes" })).toBeVisible();
    await expect(dana.getByRole("heading", { name: "Steps" })).toBeVisible();
    expect.soft(await axe(dana), "story").toEqual([]);
    await shot(dana, "story");
  });
});

test("the review is worked by keyboard alone", async ({ open, shot }) => {
  const dana = await open({ reducedMotion: "reduce" });
  await stepInAs(dana, server().url, "Dana");
  await openPhase(
    dana,
    board(),
    "Light",
    "Close the day",
    "The clerk closes the day. The clerk exports the open entries. The clerk moves a late entry to the next day.",
  );
  await converse(dana, "Write it now.");
  await goToStage(dana, "Stories");
  const proposed = await generate(dana);
  expect(proposed).toBeGreaterThan(1);
  const key = (name: string) => dana.keyboard.press(name);

  await test.step("reject with a reason, and take it back", async () => {
    await key("r");
    const dialog = dana.getByRole("dialog");
    await dialog.getByLabel("Why").fill("Not now.");
    await dialog.getByRole("button", { name: "Reject" }).click();
    await expect(proposals(dana).first()).toContainText("Rejected");
    await expect(dana.getByRole("button", { name: /^Undo the rejection/ })).toBeEnabled();
    await key("u");
    await expect(proposals(dana).first()).toContainText("To decide");
  });

  await test.step("edit", async () => {
    await key("e");
    const dialog = dana.getByRole("dialog", { name: "Edit story" });
    await dialog.getByLabel("Title").fill("Close the day in one step");
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(dialog).toBeHidden();
    await expect(proposals(dana).first()).toContainText("Close the day in one step");
  });

  await test.step("merge two, and split what they became", async () => {
    for (const name of ["x", "j", "x", "m"]) await key(name);
    await dana
      .getByRole("dialog", { name: "Merge 2 stories" })
      .getByRole("button", { name: "Merge" })
      .click();
    await expect(proposals(dana)).toHaveCount(proposed - 1);
    await proposals(dana).filter({ hasText: "Close the day in one step" }).click();
    await key("s");
    const dialog = dana.getByRole("dialog", { name: "Split story" });
    await dialog.getByLabel("Title of part 2").fill("Show what is open");
    const criteria = dialog.getByRole("group");
    const count = await criteria.count();
    for (let index = 0; index < count; index += 1) {
      await criteria
        .nth(index)
        .getByText(String((index % 2) + 1), { exact: true })
        .click();
    }
    await expect(dialog.getByText("Every criterion has its part.")).toBeVisible();
    expect.soft(await axe(dana), "split").toEqual([]);
    await shot(dana, "split");
    await dialog.getByRole("button", { name: "Split into 2" }).click();
    await expect(dialog).toBeHidden();
    await expect(proposals(dana)).toHaveCount(proposed);
  });

  await test.step("approve one: it has its key", async () => {
    await proposals(dana).filter({ hasText: "Show what is open" }).click();
    await key("a");
    await expect(proposals(dana).filter({ hasText: "Show what is open" })).toContainText(/PAY-\d+/);
    await shot(dana, "approved");
  });
});

test("one sentence is a story at once; its refinement is compared and accepted", async ({ open, shot }) => {
  const dana = await open({ reducedMotion: "reduce" });
  await stepInAs(dana, server().url, "Dana");
  await dana.goto(`${board()}/backlog`);
  const sentence = "Sellers want the monthly statement as a file that their accountant can read";
  await dana.getByLabel("New story, in one sentence").fill(sentence);
  await dana.getByRole("button", { name: "Add story" }).click();
  const added = dana.getByRole("list", { name: "Just added" }).getByRole("listitem");
  await expect(added.getByRole("link", { name: /^PAY-\d+$/ })).toBeVisible();
  await expect(backlog(dana).filter({ hasText: "Refinement to read" })).toHaveCount(1);
  await added.getByRole("link", { name: "Compare before and after" }).click();

  await expect(dana.getByRole("region", { name: "Before" })).toBeVisible();
  await expect(dana.getByRole("region", { name: "After" })).toContainText(/Given/);
  await expect(dana.getByText(sentence).first()).toBeVisible();
  expect.soft(await axe(dana), "before and after").toEqual([]);
  await shot(dana, "before and after");
  await dana.getByRole("button", { name: "Edit, then accept" }).click();
  const dialog = dana.getByRole("dialog", { name: "Edit, then accept" });
  await dialog.getByLabel("Title").fill("Monthly statement as a file");
  await dialog.getByRole("button", { name: "Accept as edited" }).click();
  await expect(dana.getByRole("heading", { name: "Monthly statement as a file" }).last()).toBeVisible();
  await expect(dana.getByRole("region", { name: "Before" })).toHaveCount(0);
  await shot(dana, "accepted");

  await test.step("the Ad-hoc phase on the board leads to its stories", async () => {
    await dana.goto(board());
    await dana.getByRole("link", { name: "Ad-hoc" }).click();
    await expect(backlog(dana)).toHaveCount(2);
  });
});

test("a light phase becomes a full one; what was said stays", async ({ open, shot }) => {
  const dana = await open();
  await stepInAs(dana, server().url, "Dana");
  await openPhase(dana, board(), "Light", "Hold a pay-out", "Hold a pay-out while a dispute is open.");
  await converse(dana, "When a dispute is opened, the pay-out is held.");
  await dana.getByRole("button", { name: "Phase actions" }).click();
  await dana.getByRole("menuitem", { name: "Promote to full" }).click();
  await shot(dana, "promote");
  await dana.getByRole("dialog").getByRole("button", { name: "Promote to full" }).click();
  await expect(gate(dana, "Requirements")).toBeVisible();
  await expect(dana.getByRole("textbox", { name: "Message Conductor" })).toBeVisible();
  await shot(dana, "promoted");
});
