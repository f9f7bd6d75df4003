/** Sending a version back at a place, answers beside the text, and four eyes: in the browser, without a model. */
import type { Page } from "@playwright/test";
import { axe } from "./axe";
import { expect, serve, test } from "./journey";
import { approve, converse, gate, signIn, stepInAs } from "./people";

const server = serve("demo");
const PASSWORD = "a long enough password";
const HEADERS = { "X-Konductro": "1", "Content-Type": "application/json" };

/** Does something by the API, as whoever is signed in on this page. */
async function call(page: Page, method: "POST" | "PUT", path: string, data: unknown): Promise<Answer> {
  const request = method === "POST" ? page.request.post : page.request.put;
  const answer = await request.call(page.request, `${server().url}/api/v1${path}`, {
    headers: HEADERS,
    data,
  });
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
  return (await answer.json()) as Answer;
}

type Answer = { id: string; user_id: string; number: number };

const DRAFT =
  "# Requirements\n\n## Functional\n\n- **R-1** Sellers get *their share* within two days.\n\n## Risks\n\nA seller may be unknown.\n";

test("an SDM requests changes at a quoted place, Conductor answers, and she approves", async ({
  open,
  shot,
}) => {
  const dana = await open();
  await stepInAs(dana, server().url, "Dana");
  const project = await call(dana, "POST", "/projects", { key: "THR", name: "Threads" });
  const phase = await call(dana, "POST", `/projects/${project.id}/phases`, {
    kind: "full",
    title: "Split settlement",
    brief: "Sellers wait.",
  });
  await call(dana, "POST", `/phases/${phase.id}/artefacts/requirements/versions`, {
    title: "Requirements",
    markdown: DRAFT,
  });
  await dana.goto(`${server().url}/p/THR/phases/${phase.number}?stage=requirements`);
  const text = dana.getByRole("region", { name: "Document text" });
  await expect(text.getByText("R-1")).toBeVisible();

  await test.step("words are selected, and what must change is said there", async () => {
    await select(dana, "their share", " within two days");
    await text.getByRole("button", { name: "Comment here" }).click();
    const dialog = dana.getByRole("dialog", { name: "About Requirements v1" });
    await expect(dialog.getByText("their share within two days")).toBeVisible();
    await dialog.getByLabel("What you have to say").fill("Say which days count.");
    await shot(dana, "request");
    await dialog.getByRole("button", { name: "Request changes" }).click();
    await expect(dialog).toBeHidden();
    await expect(gate(dana, "Requirements").getByText("Changes requested", { exact: true })).toBeVisible();
    await expect(gate(dana, "Requirements").getByText("Not addressed yet")).toBeVisible();
  });

  await test.step("it stands beside the text, and is answered there", async () => {
    const thread = text.getByRole("region", { name: "Change request of Dana Okafor" });
    await thread.getByRole("button", { name: "Reply" }).click();
    await thread.getByRole("textbox").fill("Working days.");
    await thread.getByRole("button", { name: "Reply" }).click();
    await expect(thread.getByRole("list", { name: "Answers" })).toContainText("Working days.");
    await shot(dana, "margin");
    expect.soft(await axe(dana), "workspace with threads").toEqual([]);
  });

  await test.step("a remark decides nothing and can be settled", async () => {
    await text.getByRole("button", { name: "Comment on this version" }).click();
    const dialog = dana.getByRole("dialog", { name: "About Requirements v1" });
    await dialog.getByLabel("About").selectOption({ label: "Section: Risks" });
    await dialog.getByLabel("What you have to say").fill("Who maintains the list?");
    await dialog.getByRole("button", { name: "Add remark" }).click();
    const thread = text.getByRole("region", { name: "Thread of Dana Okafor" });
    await thread.getByRole("button", { name: "Resolve" }).click();
    await expect(thread.getByText(/^resolved/)).toBeVisible();
  });

  await test.step("Conductor's next version says that it addresses it, and its requester approves", async () => {
    await converse(dana, "Apply the change requests");
    await expect(gate(dana, "Requirements").getByText(/^Addressed in/)).toBeVisible();
    await shot(dana, "addressed");
    await approve(dana, "Requirements", 2, /no earlier document/);
    await expect(text.getByText(/^cleared by approval/)).toBeVisible();
  });
});

test("four eyes: whoever wrote it can't approve it, and the settings warn when nobody could", async ({
  open,
  shot,
}) => {
  const dana = await open();
  await stepInAs(dana, server().url, "Dana");
  const project = await call(dana, "POST", "/projects", { key: "EYES", name: "Four eyes" });
  await dana.goto(`${server().url}/p/EYES/settings`);

  await test.step("the policy is changed, and warns", async () => {
    await dana.getByRole("button", { name: "Change policy" }).click();
    await dana.getByRole("checkbox", { name: "Requirements: an author may approve" }).uncheck();
    await dana.getByRole("button", { name: "Save policy" }).click();
    await expect(dana.getByRole("list", { name: "Warnings" })).toContainText(
      "Requirements needs 1 approval by SDM, and nobody could give one today",
    );
    await shot(dana, "policy");
    expect.soft(await axe(dana), "settings").toEqual([]);
  });

  const ida = await open();
  await test.step("another SDM joins, and a role is delegated", async () => {
    const user = { name: "Ida Berg", email: "ida@example.com", password: PASSWORD };
    const made = await call(dana, "POST", "/users", user);
    await call(dana, "PUT", `/projects/${project.id}/members/${made.user_id}`, { roles: ["sdm"] });
    await dana.reload();
    await expect(dana.getByRole("list", { name: "Warnings" })).toHaveCount(0);
    await dana.getByLabel("Delegate to").selectOption({ label: "Ida Berg" });
    await dana.getByRole("button", { name: "Delegate", exact: true }).click();
    await expect(dana.getByRole("list", { name: "Delegations" })).toContainText("running");
    await dana.getByRole("button", { name: /^End the delegation of Dana Okafor to Ida Berg/ }).click();
    await expect(dana.getByRole("list", { name: "Delegations" })).toContainText("ended");
  });

  await test.step("the author is told why, and the other one approves", async () => {
    const phase = await call(dana, "POST", `/projects/${project.id}/phases`, {
      kind: "full",
      title: "Payouts",
      brief: "x",
    });
    await call(dana, "POST", `/phases/${phase.id}/artefacts/requirements/versions`, {
      title: "Requirements",
      markdown: DRAFT,
    });
    const address = `${server().url}/p/EYES/phases/${phase.number}?stage=requirements`;
    await dana.goto(address);
    await expect(
      gate(dana, "Requirements")
        .getByText(/You are an author of version 1/)
        .first(),
    ).toBeVisible();
    await signIn(ida, server().url, "ida@example.com", PASSWORD);
    await expect(ida.getByRole("heading", { name: "Your projects" })).toBeVisible();
    await ida.goto(address);
    await approve(ida, "Requirements", 1, /no earlier document/);
  });
});

/** Selects from the start of one stretch of text to the end of the next. */
async function select(page: Page, from: string, to: string): Promise<void> {
  await page.evaluate(
    ([first, last]) => {
      const nodes: Text[] = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (node instanceof Text) nodes.push(node);
      }
      const start = nodes.find((node) => node.data.includes(first ?? ""));
      const end = nodes.find((node) => node.data.includes(last ?? ""));
      if (!start || !end) throw new Error("the words are not on the page");
      const range = document.createRange();
      range.setStart(start, start.data.indexOf(first ?? ""));
      range.setEnd(end, end.data.indexOf(last ?? "") + (last ?? "").length);
      getSelection()?.removeAllRanges();
      getSelection()?.addRange(range);
    },
    [from, to],
  );
}
