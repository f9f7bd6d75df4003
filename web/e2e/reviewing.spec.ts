/** Reviewing a second version, editing by hand, and what waits for whom: each as the people who do it see it. */
import type { Page } from "@playwright/test";
import { axe } from "./axe";
import { expect, serve, test } from "./journey";
import { acknowledge, gate, stepInAs } from "./people";

const server = serve("demo");

/** The architecture of the demo's full phase awaits a decision. */
const ARCHITECTURE = "/p/PAY/phases/1?stage=architecture";

async function open(page: Page, path: string): Promise<void> {
  await page.goto(`${server().url}${path}`);
}

const editor = (page: Page) => page.getByRole("textbox", { name: "Document source" });
const document = (page: Page) => page.getByRole("article", { name: "Architecture document" });

async function edit(page: Page): Promise<void> {
  await document(page).getByRole("button", { name: "Edit", exact: true }).click();
  await expect(editor(page)).toBeFocused();
}

/** Adds a paragraph before everything else. */
async function addBefore(page: Page, text: string): Promise<void> {
  await page.keyboard.press("ControlOrMeta+Home");
  await page.keyboard.insertText(`${text}\n\n`);
}

/** Adds a paragraph after everything else. */
async function addAfter(page: Page, text: string): Promise<void> {
  await page.keyboard.press("ControlOrMeta+End");
  await page.keyboard.insertText(`\n\n${text}`);
}

test("a draft survives another browser, and is no version until it is saved", async ({ open: browser }) => {
  const mara = await browser();
  await stepInAs(mara, server().url, "Mara");
  await open(mara, ARCHITECTURE);
  await edit(mara);
  await addAfter(mara, "## Assumptions\n\n- **A-1** The acquirer sends the basket lines.");
  await addAfter(mara, "## Open questions\n\n- **Q-1** Who owns the table of rates?");
  await expect(mara.getByText("Draft kept", { exact: true })).toBeVisible();
  expect(await axe(mara)).toEqual([]);

  const laptop = await browser();
  await stepInAs(laptop, server().url, "Mara");
  await open(laptop, ARCHITECTURE);
  await expect(document(laptop).getByText(/^Your draft, from v1/)).toBeVisible();
  await expect(document(laptop).getByRole("button", { name: /^v1\b.*choose a version/ })).toBeVisible();
  await laptop.getByRole("button", { name: "Go on editing" }).click();
  const preview = laptop.getByRole("region", { name: "Preview" });
  await expect(preview).toContainText("Who owns the table of rates?");
  await laptop.getByRole("button", { name: "Save version" }).click();
  await expect(document(laptop).getByRole("button", { name: /^v2\b.*choose a version/ })).toBeVisible();
  await expect(document(laptop).getByText("Your draft")).toBeHidden();

  const dana = await browser();
  await stepInAs(dana, server().url, "Dana");
  await open(dana, ARCHITECTURE);
  await expect(document(dana).getByText("Your draft")).toBeHidden();
});

test("a second version is reviewed: brief, what changed, acknowledged one by one, approved", async ({
  open: browser,
  shot,
}) => {
  const dana = await browser();
  await stepInAs(dana, server().url, "Dana");
  await test.step("she has seen v2", async () => {
    const seen = dana.waitForResponse((answer) => answer.url().endsWith("/versions/2/seen"));
    await open(dana, ARCHITECTURE);
    await seen;
    const brief = dana.getByRole("region", { name: "Before you decide on v2" });
    await expect(brief.getByText("You have seen no earlier version: read all of it")).toBeVisible();
  });

  await test.step("v3 comes from somebody else", async () => {
    const mara = await browser();
    await stepInAs(mara, server().url, "Mara");
    await open(mara, ARCHITECTURE);
    await edit(mara);
    await addAfter(mara, "## Roll-out\n\nTen sellers first, then everybody.");
    await mara.getByRole("button", { name: "Save version" }).click();
    await expect(document(mara).getByRole("button", { name: /^v3\b.*choose a version/ })).toBeVisible();
    await dana.getByRole("button", { name: "Show v3" }).first().click();
  });

  const brief = dana.getByRole("region", { name: "Before you decide on v3" });
  await test.step("the brief says what changed since v2, and leads there", async () => {
    await expect(brief.getByText(/1 section changed since v2, which you last saw/)).toBeVisible();
    await expect(brief.getByText("0 of 2 acknowledged")).toBeVisible();
    expect(await axe(dana)).toEqual([]);
    await brief.getByRole("link", { name: "Show what changed" }).click();
    await expect(dana.getByRole("button", { name: "Diff v2 → v3" })).toHaveAttribute("aria-pressed", "true");
    await expect(document(dana).getByText("Added:").first()).toBeAttached();
    const folded = document(dana).getByRole("button", { name: /^Show \d+ unchanged lines$/ });
    await expect(folded).toBeVisible();
    await document(dana).getByRole("button", { name: "Next change" }).click();
    await expect(document(dana).getByText("Change 1 of 1")).toBeVisible();
    await document(dana).getByRole("button", { name: "Side by side" }).click();
    await expect(dana).toHaveURL(/layout=split/);
    expect(await axe(dana)).toEqual([]);
    await shot(dana, "side-by-side");
    await dana.reload();
    await expect(document(dana).getByRole("button", { name: "Side by side" })).toHaveAttribute(
      "aria-pressed",
      "true",
    );
    await folded.click();
    await expect(document(dana).getByText("Context").first()).toBeVisible();
    await document(dana)
      .getByRole("group", { name: "Compare" })
      .getByRole("button", { name: "Source" })
      .click();
    await expect(document(dana).getByRole("region", { name: "Roll-out" })).toContainText("new section");
    expect(await axe(dana)).toEqual([]);
  });

  await test.step("a requirement is one click from the decisions and stories that are for it", async () => {
    await document(dana).getByRole("button", { name: "Read", exact: true }).click();
    await document(dana).getByRole("link", { name: "R-1", exact: true }).first().click();
    const trace = dana.getByRole("region", { name: "Trace of R-1" });
    await expect(trace.getByText("Split a captured payment by seller").first()).toBeVisible();
    await expect(trace.getByRole("link", { name: /^AD-1 / })).toBeVisible();
    expect(await axe(dana)).toEqual([]);
    await dana.keyboard.press("Escape");
    await expect(trace).toBeHidden();
  });

  await test.step("nothing is approved before each open point is acknowledged", async () => {
    await brief.getByRole("checkbox", { name: /A-1/ }).focus();
    await dana.keyboard.press("Space");
    await expect(brief.getByText("1 of 2 acknowledged")).toBeVisible();
    await gate(dana, "Architecture").getByRole("button", { name: "Approve v3" }).click();
    const dialog = dana.getByRole("dialog", { name: "Approve Architecture v3" });
    await expect(dialog.getByRole("button", { name: "Approve v3" })).toBeDisabled();
    await expect(dialog.getByText("Tick off Q-1 first.")).toBeVisible();
    expect(await axe(dana)).toEqual([]);
    await acknowledge(dialog);
    await dialog.getByRole("button", { name: "Approve v3" }).click();
    await expect(dialog).toBeHidden();
    await expect(gate(dana, "Architecture").getByText("Approved", { exact: true })).toBeVisible();
    await expect(brief).toBeHidden();
  });
});

test("two people edit at once: they see each other, and neither loses a word", async ({
  open: browser,
  shot,
}) => {
  const requirements = "/p/PAY/phases/2?stage=requirements";
  const [dana, other] = [await browser(), await browser()];
  await stepInAs(dana, server().url, "Dana");
  await open(dana, "/p/PAY/settings");
  const sdm = dana.getByRole("checkbox", { name: /^Mara.*: SDM$/ });
  await sdm.click();
  await expect(sdm).toBeChecked();
  await stepInAs(other, server().url, "Mara");
  for (const page of [dana, other]) {
    await open(page, requirements);
    await page
      .getByRole("article", { name: "Requirements document" })
      .getByRole("button", { name: "Edit", exact: true })
      .click();
    await expect(editor(page)).toBeFocused();
  }
  await expect(dana.getByText(/^Mara Lindqvist is editing this too/)).toBeVisible();
  await expect(other.getByText(/^Dana Okafor is editing this too/)).toBeVisible();
  await addAfter(other, "## Mara's part\n\nWords of Mara.");
  await addBefore(other, "Mara's beginning.");
  await other.getByRole("button", { name: "Save version" }).click();
  await expect(other.getByRole("article", { name: "Requirements document" })).toBeVisible();

  await addBefore(dana, "Dana's beginning.");
  await expect(dana.getByText(/was saved while you were editing/)).toBeVisible();
  await dana.getByRole("button", { name: "Save version" }).click();
  const merge = dana.getByRole("region", { name: "Put both texts together" });
  await expect(merge.getByText("Both of you changed the same place: choose what stays.")).toBeVisible();
  await expect(merge.getByRole("button", { name: "Use the text put together" })).toBeDisabled();
  expect(await axe(dana)).toEqual([]);
  await shot(dana, "merge");
  await merge.getByRole("button", { name: "Keep both" }).click();
  await merge.getByRole("button", { name: "Use the text put together" }).click();
  await expect(editor(dana)).toContainText("Dana's beginning.");
  await expect(editor(dana)).toContainText("Mara's beginning.");
  await dana.getByRole("button", { name: "Save version" }).click();
  const saved = dana.getByRole("region", { name: "Document text" });
  for (const words of ["Dana's beginning.", "Mara's beginning.", "Words of Mara."]) {
    await expect(saved.getByText(words)).toBeVisible();
  }
});

test("a version by hand says which change request it answers; a broken diagram is among the findings", async ({
  open: browser,
  shot,
}) => {
  const [dana, mara] = [await browser(), await browser()];
  await stepInAs(dana, server().url, "Dana");
  await open(dana, "/p/PAY/phases/2?stage=requirements");
  await gate(dana, "Requirements").getByRole("button", { name: "Request changes" }).click();
  const dialog = dana.getByRole("dialog");
  await dialog.getByLabel("What must change, and why").fill("Draw who pays whom.");
  await dialog.getByRole("button", { name: "Request changes" }).click();
  const asked = gate(dana, "Requirements").getByRole("listitem").filter({ hasText: "Draw who pays whom." });
  await expect(asked.getByText("Not addressed yet")).toBeVisible();

  await stepInAs(mara, server().url, "Mara");
  await open(mara, "/p/PAY/phases/2?stage=requirements");
  const requirements = mara.getByRole("article", { name: "Requirements document" });
  await requirements.getByRole("button", { name: "Edit", exact: true }).click();
  await expect(editor(mara)).toBeFocused();
  await addAfter(mara, "## Who pays whom\n\n```mermaid\nsequenceDiagram\n  Buyer->>\n```");
  const findings = mara.getByRole("region", { name: "Checker" });
  await findings.getByRole("button").click();
  await expect(findings.getByText(/this diagram can't be drawn/)).toBeVisible();
  await mara.getByRole("checkbox", { name: /Draw who pays whom/ }).check();
  expect(await axe(mara)).toEqual([]);
  await shot(mara, "answers");
  await mara.getByRole("button", { name: "Save version" }).click();
  await expect(requirements.getByRole("region", { name: "Checker" })).toContainText(/finding/);
  await expect(asked.getByText(/^Addressed in/)).toBeVisible();
});

test("the inbox tells each person what waits, for how long, and leads there", async ({
  open: browser,
  shot,
}) => {
  const dana = await browser();
  await stepInAs(dana, server().url, "Dana");
  const inbox = dana
    .getByRole("navigation", { name: "Main" })
    .getByRole("link", { name: /^Inbox: \d+ waiting for you$/ });
  await expect(inbox).toBeVisible();
  await inbox.click();
  const waiting = dana.getByRole("list", { name: "Waiting for you" });
  await expect(waiting.getByRole("link").first()).toBeVisible();
  await expect(dana).toHaveTitle(/^\(\d+\) Inbox/);
  expect(await axe(dana)).toEqual([]);
  await shot(dana, "inbox");
  await waiting.getByRole("link", { name: /Write Requirements/ }).click();
  await expect(gate(dana, "Requirements")).toBeVisible();
  const aiko = await browser({ viewport: { width: 360, height: 740 } });
  await stepInAs(aiko, server().url, "Aiko");
  await open(aiko, "/inbox");
  await expect(aiko.getByText("Nothing waits for you")).toBeVisible();
  expect(await axe(aiko)).toEqual([]);
});
