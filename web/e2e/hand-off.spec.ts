/** The hand-off to an IDE as people see it: what was submitted, a draft beside what is approved, findings, drift. */
import type { Page } from "@playwright/test";
import { analysis, COMMIT, sidecar } from "./analysis";
import { axe } from "./axe";
import { expect, serve, test } from "./journey";
import { gate, stepInAs } from "./people";

const server = serve("demo");
const HEADERS = { "X-Konductro": "1", "Content-Type": "application/json" };
const IDS = ["R-1", "R-2"] as const;
const REQUIREMENTS =
  "# Requirements\n\n## Functional\n\n### R-1 Split a payment\n- **R-1.1** When a payment is captured, the system shall split it.\n\n### R-2 Pay out daily\n- **R-2.1** When it is five, the system shall write the file.\n";

type Answer = {
  id: string;
  user_id: string;
  number: number;
  upstream_hash: string;
  cycle: number;
  latest: { version: number; content_hash: string };
  findings: { id: string; severity: string }[];
};

/** Does something by the API, as whoever is signed in on this page. */
async function call(
  page: Page,
  method: "GET" | "POST" | "PUT",
  path: string,
  data?: unknown,
): Promise<Answer> {
  const url = `${server().url}/api/v1${path}`;
  const answer = await page.request.fetch(url, { method, headers: HEADERS, ...(data ? { data } : {}) });
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
  return (await answer.json()) as Answer;
}

async function approve(page: Page, phase: string, stage: string): Promise<void> {
  const artefact = await call(page, "GET", `/phases/${phase}/artefacts/${stage}`);
  await call(page, "POST", `/phases/${phase}/artefacts/${stage}/approvals`, {
    version: artefact.latest.version,
    content_hash: artefact.latest.content_hash,
    upstream_hash: artefact.upstream_hash,
    cycle: artefact.cycle,
    waivers: artefact.findings
      .filter((finding) => finding.severity === "blocking")
      .map((finding) => ({ finding_id: finding.id, reason: "A sketch." })),
  });
}

const submission = (summary: string) => ({
  title: "Technical analysis",
  markdown: analysis({ ids: IDS, summary, code: true }),
  source: { tool: "claude-code" },
  sidecar: sidecar(1, IDS),
});

test("an analysis is submitted, kept beside the approved one, and adopted", async ({ open, shot }) => {
  const mara = await open();
  await stepInAs(mara, server().url, "Mara");
  const jonas = await open();
  await stepInAs(jonas, server().url, "Jonas");
  const dana = await open();
  await stepInAs(dana, server().url, "Dana");
  const project = await call(dana, "POST", "/projects", { key: "IDE", name: "Hand-off" });
  for (const [page, role] of [
    [mara, "architect"],
    [jonas, "developer"],
  ] as const) {
    const me = await call(page, "GET", "/me");
    await call(dana, "PUT", `/projects/${project.id}/members/${me.user_id}`, { roles: [role] });
  }
  const opened = await call(dana, "POST", `/projects/${project.id}/phases`, {
    kind: "full",
    title: "Split settlement",
  });
  const phase = opened.id;
  const versions = `/phases/${phase}/artefacts/technical_analysis/versions`;
  const page = `${server().url}/p/IDE/phases/${opened.number}?stage=`;
  await call(dana, "POST", `/phases/${phase}/artefacts/requirements/versions`, {
    title: "Requirements",
    markdown: REQUIREMENTS,
  });
  await approve(dana, phase, "requirements");

  await test.step("what the analysis says of itself stands under its text", async () => {
    await call(jonas, "POST", versions, submission("First look."));
    await mara.goto(`${page}technical_analysis`);
    const beside = mara.getByRole("region", { name: "Beside the text" });
    await beside.getByRole("button", { name: /^Asset map/ }).click();
    await expect(beside.getByRole("cell", { name: "R-2" })).toBeVisible();
    await beside.getByRole("button", { name: /^Evidence/ }).click();
    await expect(beside.getByText("src/capture.rs")).toBeVisible();
    await beside.getByRole("button", { name: /^Options/ }).click();
    await beside.getByRole("button", { name: /^Repositories/ }).click();
    await beside.scrollIntoViewIfNeeded();
    await shot(mara, "sidecar");
    expect.soft(await axe(mara), "analysis with its tables").toEqual([]);
    await approve(mara, phase, "technical_analysis");
  });

  await test.step("a newer one is kept beside it, and drift is told", async () => {
    await call(jonas, "POST", versions, submission("A second look."));
    await call(jonas, "POST", `/phases/${phase}/drift-reports`, {
      version: 1,
      checkouts: [{ repository: "pay", commit: COMMIT }],
      places: [{ evidence: "E-1", state: "moved", now: `pay@${COMMIT}:src/capture.rs#L9` }],
    });
    await expect(mara.getByText(/Jonas .* submitted another analysis/)).toBeVisible();
    await expect(mara.getByText(/1 of 1 places of the evidence changed since/)).toBeVisible();
    await mara.getByRole("button", { name: "Show them" }).click();
    await shot(mara, "kept");
    expect.soft(await axe(mara), "analysis with a draft beside it").toEqual([]);
  });

  await test.step("the architect compares and adopts it", async () => {
    await mara.getByRole("button", { name: "Compare and adopt" }).click();
    const dialog = mara.getByRole("dialog", { name: /beside v1$/ });
    await expect(dialog.getByText("A second look", { exact: false }).first()).toBeVisible();
    await shot(mara, "adopt");
    await dialog.getByLabel(/^Why the stage is opened again/).fill("The code moved on.");
    await dialog.getByRole("button", { name: "Reopen and adopt" }).click();
    await expect(dialog).toBeHidden();
    await expect(gate(mara, "Technical analysis").getByText("In review", { exact: true })).toBeVisible();
    await expect(mara.getByText("A second look.")).toBeVisible();
  });

  await test.step("the developer raises a finding, the SDM declines one and accepts another", async () => {
    await jonas.goto(`${page}requirements`);
    for (const text of ["The bank closes at noon.", "Nobody can read the file."]) {
      await jonas.getByRole("button", { name: "Raise a finding" }).click();
      const dialog = jonas.getByRole("dialog", { name: /^Raise a finding against Requirements v1/ });
      await dialog.getByLabel("About").fill("R-2");
      await dialog.getByLabel("What is wrong").fill(text);
      await dialog.getByRole("button", { name: "Raise finding" }).click();
      await expect(dialog).toBeHidden();
    }
    await dana.goto(`${server().url}/inbox`);
    await expect(dana.getByText("Answer 2 findings against Requirements v1")).toBeVisible();
    await dana.goto(`${page}requirements`);
    await expect(gate(dana, "Requirements").getByText("2 findings wait for an answer")).toBeVisible();
    const cards = dana.getByRole("article", { name: /^Finding of Jonas .* against R-2$/ });
    await expect(cards).toHaveCount(2);
    await shot(dana, "findings");
    expect.soft(await axe(dana), "requirements with findings").toEqual([]);

    await cards.filter({ hasText: "Nobody can read" }).getByRole("button", { name: "Decline" }).click();
    const declining = dana.getByRole("dialog", { name: "Decline the finding against R-2" });
    await declining.getByLabel("Why it stands as it is").fill("The bank can.");
    await declining.getByRole("button", { name: "Decline" }).click();
    await expect(declining).toBeHidden();

    await cards.filter({ hasText: "closes at noon" }).getByRole("button", { name: "Accept" }).click();
    const accepting = dana.getByRole("dialog", { name: "Accept the finding against R-2" });
    await expect(accepting.getByText(/Requirements is opened again/)).toBeVisible();
    await shot(dana, "accept");
    await accepting.getByRole("button", { name: "Accept and reopen Requirements" }).click();
    await expect(accepting).toBeHidden();
    await expect(gate(dana, "Requirements").getByText("In review", { exact: true })).toBeVisible();
  });

  await test.step("the developer reads the answers", async () => {
    const declined = jonas
      .getByRole("article", { name: /^Finding of/ })
      .filter({ hasText: "Nobody can read" });
    await expect(declined.getByText("declined", { exact: false }).first()).toBeVisible();
    if (await declined.getByRole("button", { name: "Show with its answer" }).isVisible())
      await declined.getByRole("button", { name: "Show with its answer" }).click();
    await expect(declined.getByText("The bank can.")).toBeVisible();
    await shot(jonas, "answered");
  });
});
