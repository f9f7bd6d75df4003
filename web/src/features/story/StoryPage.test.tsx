/** A story's page: before and after, what a person does with it, what it takes to build. */
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import type { Refinement, Story } from "~/api/stories";
import { showPage } from "~/test/page";
import { server } from "~/test/server";
import { story, words } from "~/test/stories";
import { StoryPage } from "./StoryPage";

const refinement: Refinement = {
  state: "proposed",
  attempt: 1,
  failure: null,
  before: words({ title: "refund slip", narrative: "", acceptance_criteria: [] }),
  proposed: words({ title: "Print a refund slip" }),
  questions: ["Which printer?"],
};
const proposed = (change: Partial<Story> = {}) =>
  story({ refinement, may: ["accept_refinement", "refuse_refinement", "edit"], ...change });

const show = (shown: Story) => showPage(() => <StoryPage story={shown} projectKey="PAY" />);

it("shows before and after side by side, with what the model could not know", async () => {
  await show(proposed());
  expect(
    within(await screen.findByRole("region", { name: "Before" })).getByText("No acceptance criteria."),
  ).toBeVisible();
  expect(screen.getByRole("region", { name: "After" })).toHaveTextContent("Print a refund slip");
  expect(screen.getByText("Which printer?")).toBeVisible();
});

it("accepts as proposed, or as edited", async () => {
  const accepted: unknown[] = [];
  server.use(
    http.post("*/api/v1/stories/story/refinement/accept", async ({ request }) => {
      accepted.push(await request.json());
      return HttpResponse.json(proposed());
    }),
    http.get("*/api/v1/projects/project/backlog", () =>
      HttpResponse.json({ items: [], next_cursor: null, total: 0 }),
    ),
  );
  await show(proposed());
  await userEvent.click(await screen.findByRole("button", { name: "Accept" }));
  await waitFor(() => expect(accepted).toEqual([{}]));
  await userEvent.click(screen.getByRole("button", { name: "Edit, then accept" }));
  const dialog = await screen.findByRole("dialog", { name: "Edit, then accept" });
  await userEvent.selectOptions(within(dialog).getByLabelText("Complexity"), "8");
  await userEvent.click(within(dialog).getByRole("button", { name: "Accept as edited" }));
  await waitFor(() => expect(accepted[1]).toEqual({ complexity: 8 }));
});

it("refuses without a reason too", async () => {
  let refused: unknown = null;
  server.use(
    http.post("*/api/v1/stories/story/refinement/refuse", async ({ request }) => {
      refused = await request.json();
      return HttpResponse.json(story());
    }),
  );
  await show(proposed());
  await userEvent.click(await screen.findByRole("button", { name: "Refuse" }));
  await userEvent.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Refuse" }));
  await waitFor(() => expect(refused).toEqual({}));
});

it("says that a story stays as written when the model is down", async () => {
  await show(
    story({
      refinement: {
        ...refinement,
        state: "failed",
        proposed: null,
        failure: { kind: "unavailable", detail: "The model is down.", retryable: true },
      },
    }),
  );
  expect(await screen.findByText("It was not refined; it stays as written.")).toBeVisible();
  expect(screen.getByText("The model is down.")).toBeVisible();
});

it("lists what was left out for want of evidence, and never renders markup of a model", async () => {
  await show(
    story({
      enriched: true,
      title: '<img src=x onerror="alert(1)">',
      enrichment: {
        state: "done",
        attempt: 1,
        failure: null,
        architecture_slice: [{ ref: "AD-2", text: "The ledger owns legs." }],
        files: [{ path: "src/capture.rs", action: "modify", evidence: "E-3", why: "Splits there." }],
        steps: ["Add the table", "Write the legs"],
        test_notes: ["One payment, two sellers"],
        context_pack: "# Pack",
        files_left_out: 2,
      },
    }),
  );
  expect(await screen.findByRole("heading", { name: '<img src=x onerror="alert(1)">' })).toBeVisible();
  expect(document.querySelector("img")).toBeNull();
  expect(screen.getByText("src/capture.rs")).toBeVisible();
  expect(screen.getByText(/2 files were left out/)).toBeVisible();
});

it("closes with a reason", async () => {
  let closed: unknown = null;
  server.use(
    http.post("*/api/v1/stories/story/close", async ({ request }) => {
      closed = await request.json();
      return HttpResponse.json(story({ status: "closed", may: [] }));
    }),
  );
  await show(story());
  await userEvent.click(await screen.findByRole("button", { name: "Close" }));
  const dialog = await screen.findByRole("dialog", { name: "Close PAY-12" });
  await userEvent.type(within(dialog).getByLabelText("Why"), "Done elsewhere");
  await userEvent.click(within(dialog).getByRole("button", { name: "Close story" }));
  await waitFor(() => expect(closed).toEqual({ reason: "Done elsewhere" }));
});
