/** Replaying a phase: scrub, step by key, filter, compare two moments, and send somebody a moment as a link. */
import { axe } from "./axe";
import { expect, serve, test } from "./journey";
import { stepInAs } from "./people";

const server = serve("demo");
const HEADERS = { "X-Konductro": "1", "Content-Type": "application/json" };

test("an SDM steps back to what a phase was, compares, and shares the moment", async ({ open, shot }) => {
  const dana = await open();
  await stepInAs(dana, server().url, "Dana");
  const call = async (path: string, data: unknown) => {
    const answer = await dana.request.post(`${server().url}/api/v1${path}`, { headers: HEADERS, data });
    expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
    return (await answer.json()) as { id: string; number: number };
  };
  const project = await call("/projects", { key: "RPL", name: "Replay" });
  const phase = await call(`/projects/${project.id}/phases`, {
    kind: "full",
    title: "Split settlement",
    brief: "Sellers wait.",
  });
  for (const words of ["First words.", "Other words."]) {
    await call(`/phases/${phase.id}/artefacts/requirements/versions`, {
      title: "Requirements",
      markdown: `# Requirements\n\n${words}\n`,
    });
  }

  await dana.goto(`${server().url}/p/RPL/phases/${phase.number}?stage=requirements`);
  await dana.getByRole("link", { name: "Replay" }).click();
  const document = dana.getByRole("region", { name: "Requirements as it was" });
  await expect(document.getByText("Other words.")).toBeVisible();
  const slider = dana.getByRole("slider", { name: "Moment" });
  const last = await slider.getAttribute("aria-valuetext");

  await test.step("a step back shows the version before, and the address is that moment", async () => {
    await dana.getByRole("button", { name: "Event before", exact: true }).click();
    await expect(document.getByText("First words.")).toBeVisible();
    await expect(dana).toHaveURL(/moment=\d+/);
    await shot(dana, "step");
    expect(await axe(dana)).toEqual([]);
  });

  await test.step("the moment is a link", async () => {
    const other = await open();
    await stepInAs(other, server().url, "Dana");
    await other.goto(dana.url());
    await expect(
      other.getByRole("region", { name: "Requirements as it was" }).getByText("First words."),
    ).toBeVisible();
  });

  await test.step("keys step, and two moments are compared", async () => {
    await dana.getByRole("button", { name: "Compare from here" }).click();
    await dana.getByRole("heading", { name: /Replay of/ }).click();
    await dana.keyboard.press("End");
    await expect(slider).toHaveAttribute("aria-valuetext", last ?? "");
    const comparison = dana.getByRole("region", { name: "Comparison" });
    await expect(comparison.getByText("Requirements: v1 → v2")).toBeVisible();
    await shot(dana, "compare");
    await dana.keyboard.press("Home");
    await expect(document.getByText("There was no document yet.")).toBeVisible();
    await dana.getByRole("button", { name: "End comparison" }).click();
    await expect(comparison).toBeHidden();
  });

  await test.step("events are filtered by kind", async () => {
    const events = dana.getByRole("region", { name: "Events" });
    await events.getByLabel("Kind").selectOption("versions");
    await expect(events.getByRole("listitem")).toHaveCount(2);
    await events.getByRole("listitem").nth(1).getByRole("button").click();
    await expect(document.getByText("Other words.")).toBeVisible();
  });
});
