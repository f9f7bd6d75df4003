/** The main job in the browser, without a model: from set-up to a phase that is ready for stories. */
import type { Page } from "@playwright/test";
import { analysis, requirementsToMap } from "./analysis";
import { expect, serve, test } from "./journey";
import { addMember, approve, converse, gate, goToStage, inviteUser, signIn } from "./people";
import { approveAll, backlog, generate, proposals } from "./review";

const server = serve("empty");
const PASSWORD = "a long enough password";

test("a full phase is planned and approved, from the set-up code to ready", async ({ open, shot }) => {
  const dana = await open();
  await setUp(dana);
  await inviteUser(dana, server().url, "Mara Lindqvist", "mara@example.com", PASSWORD);
  await inviteUser(dana, server().url, "Jonas Weil", "jonas@example.com", PASSWORD);
  await createProject(dana);
  await addMember(dana, server().url, "PAY", "Mara", "Architect");
  await addMember(dana, server().url, "PAY", "Jonas", "Developer");
  const phase = await openPhase(dana);

  await test.step("the SDM converses; the document is saved by itself", async () => {
    for (const answer of [
      "Sellers are paid three days late by spreadsheet; we want their share paid the next working day.",
      "Sellers, and a finance clerk who closes the day.",
      "When a payment is captured, split it by seller. Show the seller how the amount came about.",
    ]) {
      await converse(dana, answer);
    }
    await shot(dana, "interview");
    await converse(dana, "Write the document now.");
    await expect(dana.getByRole("region", { name: "Document text" }).getByText("R-1").first()).toBeVisible();
    await expect(gate(dana, "Requirements").getByText("In review", { exact: true })).toBeVisible();
    await shot(dana, "requirements");
  });

  const mara = await open();
  await test.step("a locked stage shows why", async () => {
    await signIn(mara, server().url, "mara@example.com", PASSWORD);
    await expect(mara.getByRole("heading", { name: "Your projects" })).toBeVisible();
    await mara.goto(phase);
    await goToStage(mara, "Architecture");
    await expect(mara.getByText("Architecture is locked", { exact: true })).toBeVisible();
    const pane = mara.getByRole("article", { name: "Architecture document" });
    await expect(pane.getByRole("link", { name: "Requirements" }).first()).toBeVisible();
    await expect(mara.getByRole("textbox", { name: "Message Conductor" })).toBeHidden();
    await shot(mara, "locked");
  });

  await test.step("she requests changes, a new version comes, she reads what changed and approves it", async () => {
    await gate(dana, "Requirements").getByRole("button", { name: "Request changes" }).click();
    const dialog = dana.getByRole("dialog");
    await dialog.getByLabel("What must change, and why").fill("Say that a pay-out may take one working day.");
    await dialog.getByRole("button", { name: "Request changes" }).click();
    await expect(gate(dana, "Requirements").getByText("Changes requested", { exact: true })).toBeVisible();
    await converse(dana, "Add the change that was requested, and write the document again.");
    await expect(gate(dana, "Requirements").getByText("In review", { exact: true })).toBeVisible();
    // What was asked for stays beside the new version until somebody decides on it.
    await expect(
      gate(dana, "Requirements").getByText("Say that a pay-out may take one working day."),
    ).toBeVisible();
    await dana.getByRole("button", { name: /^Diff v\d+ → v\d+$/ }).click();
    await expect(dana.getByText(/Changed:|Added:/).first()).toBeAttached();
    await shot(dana, "diff");
    await dana.getByRole("button", { name: "Read", exact: true }).click();
    const version = await pendingVersion(dana, "Requirements");
    expect(version).toBeGreaterThan(1);
    const newest = dana.getByRole("button", { name: new RegExp(`^v${version}\\b.*choose a version`) });
    await expect(newest).toBeVisible();
    await newest.click();
    await dana.getByRole("menuitem", { name: /^v1\b/ }).first().click();
    await expect(dana.getByRole("button", { name: /^v1\b.*choose a version/ })).toBeVisible();
    await dana.goBack();
    await expect(newest).toBeVisible();
    await expect(dana.getByRole("heading", { name: "Split settlement" }).first()).toBeVisible();
    await approve(dana, "Requirements", version, /no earlier document/);
    await shot(dana, "approved");
  });

  const jonas = await open();
  await test.step("a developer submits the technical analysis", async () => {
    await signIn(jonas, server().url, "jonas@example.com", PASSWORD);
    await expect(jonas.getByRole("heading", { name: "Your projects" })).toBeVisible();
    await jonas.goto(phase);
    await goToStage(jonas, "Technical analysis");
    await jonas.getByRole("button", { name: "Submit technical analysis" }).click();
    const dialog = jonas.getByRole("dialog", { name: "Submit technical analysis" });
    const summary = "Feasible: R-1 extends capture.rs.";
    const ids = await requirementsToMap(jonas, server().url);
    await dialog.getByLabel("Markdown").fill(analysis({ ids, summary, code: false }));
    await expect(dialog.getByLabel("Title")).toHaveValue("Technical analysis");
    await dialog.getByRole("button", { name: "Submit", exact: true }).click();
    await expect(dialog).toBeHidden();
    await expect(jonas.getByText("Feasible: R-1 extends capture.rs.")).toBeVisible();
    await expect(gate(jonas, "Technical analysis").getByText("In review", { exact: true })).toBeVisible();
  });

  await test.step("the architect approves it, converses and approves the architecture", async () => {
    await goToStage(mara, "Technical analysis");
    await approve(mara, "Technical analysis", 1, /Requirements v\d/);
    await goToStage(mara, "Architecture");
    await converse(mara, "Split at capture in the payments service, in one transaction with the ledger.");
    await converse(mara, "Rust services on PostgreSQL; roll out by flag, ten sellers first.");
    await converse(mara, "Write the document now.");
    const version = await pendingVersion(mara, "Architecture");
    await approve(mara, "Architecture", version, /Technical analysis v1/);
  });

  await test.step("the phase is ready", async () => {
    await goToStage(mara, "Stories");
    await expect(mara.getByText("Ready for story generation")).toBeVisible();
    await shot(mara, "ready");
    await dana.getByRole("link", { name: "Phases of PAY" }).click();
    await expect(
      dana.getByRole("article").filter({ hasText: "Split settlement" }).getByText("ready", { exact: true }),
    ).toBeVisible();
    await shot(dana, "board");
  });

  await test.step("stories are proposed from the three documents, reviewed and let into the backlog", async () => {
    await dana.goto(phase);
    await goToStage(dana, "Stories");
    const proposed = await generate(dana);
    await dana.getByRole("button", { name: /^Coverage/ }).click();
    const coverage = dana.getByRole("region", { name: "Coverage" });
    await expect(coverage.getByText(/^\d+ of \d+ covered/)).toBeVisible();
    await shot(dana, "coverage");
    await coverage.getByRole("button", { name: /R-1/ }).first().click();
    await expect(proposals(dana).first()).toContainText("R-1");
    await dana.getByRole("button", { name: "Show more than R-1" }).click();
    await expect(proposals(dana)).toHaveCount(proposed);
    await approveAll(dana, proposed);
    await expect(gate(dana, "Stories").getByText("Passed", { exact: true })).toBeVisible();
    await dana.getByRole("link", { name: "Backlog", exact: true }).click();
    await expect(backlog(dana)).toHaveCount(proposed);
    await expect(backlog(dana).filter({ hasText: "Enriched" })).toHaveCount(proposed);
    await shot(dana, "backlog");
    await backlog(dana).first().click();
    const thread = dana.getByRole("complementary", { name: "Thread" });
    for (const stage of ["Requirements", "Technical analysis", "Architecture"]) {
      await expect(thread.getByRole("link", { name: new RegExp(`^${stage} v\\d+$`) })).toBeVisible();
    }
    await shot(dana, "story");
  });
});

async function setUp(page: Page): Promise<void> {
  await test.step("set-up with the code from the console", async () => {
    await page.goto(server().url);
    await page.getByLabel("Set-up code").fill(server().setupCode ?? "");
    await page.getByLabel("Your name").fill("Dana Okafor");
    await page.getByLabel("E-mail").fill("dana@example.com");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Create administrator" }).click();
    await page.getByRole("button", { name: "Start empty" }).click();
    await expect(page.getByRole("button", { name: "New project" }).first()).toBeVisible();
  });
}

async function createProject(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Projects", exact: true }).click();
  await page.getByRole("button", { name: "New project" }).first().click();
  const dialog = page.getByRole("dialog", { name: "New project" });
  await dialog.getByLabel("Name").fill("Payments");
  await dialog.getByLabel("Key").fill("PAY");
  await dialog.getByLabel("Context").fill("# Payments\n\nA marketplace with 4,200 sellers.");
  await dialog.getByRole("button", { name: "Create project" }).click();
  await expect(page.getByText("No phase yet")).toBeVisible();
}

async function openPhase(page: Page): Promise<string> {
  await page.goto(`${server().url}/p/PAY`);
  await page.getByRole("button", { name: "New phase" }).click();
  const dialog = page.getByRole("dialog", { name: "New phase" });
  await dialog.getByLabel("Title").fill("Split settlement");
  await dialog.getByLabel("Brief").fill("Each seller gets their own share on the next working day.");
  await dialog.getByRole("button", { name: "Open phase" }).click();
  await expect(page.getByRole("heading", { name: "Split settlement" })).toBeVisible();
  return page.url();
}

/** The version that the gate asks to decide on. */
async function pendingVersion(page: Page, stage: string): Promise<number> {
  const button = gate(page, stage).getByRole("button", { name: /^Approve v\d+$/ });
  await expect(button).toBeVisible();
  return Number((await button.textContent())?.replace(/\D/g, ""));
}
