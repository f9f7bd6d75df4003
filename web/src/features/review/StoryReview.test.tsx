/** The review by keyboard and by pointer: what shows at once, what waits until it is recorded, what is refused. */
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { useState } from "react";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Proposal, Review } from "~/api/stories";
import { showPage, withLayout } from "~/test/page";
import { server } from "~/test/server";
import { criterion, generation, me, phase, proposal, review } from "~/test/stories";
import { type ReviewSearch, StoryReview } from "./StoryReview";

const ROOT = "*/api/v1/phases/phase/proposals";
let restoreLayout: () => void;
beforeEach(() => {
  restoreLayout = withLayout();
});
afterEach(() => restoreLayout());

/** A server with this review; what tests post is kept. */
function serves(initial: Review) {
  const state = { review: initial, asked: [] as { path: string; body: unknown }[] };
  server.use(http.get(ROOT, () => HttpResponse.json(state.review)));
  return state;
}

const put = (state: { review: Review }, changed: Proposal) => {
  state.review = review(
    state.review.items.map((item) => (item.id === changed.id ? changed : item)),
    { undo: state.review.undo, generation: state.review.generation },
  );
};

function Page() {
  const [search, setSearch] = useState<ReviewSearch>({
    show: "all",
    reference: null,
    story: null,
    side: "story",
  });
  return (
    <StoryReview
      phase={phase()}
      me={me}
      search={search}
      onSearch={(change) => setSearch((now) => ({ ...now, ...change }))}
      locked={null}
      conversation={<p>The conversation</p>}
      gate={null}
    />
  );
}

const row = (title: string) => screen.getByRole("row", { name: new RegExp(title) });
const shown = () => showPage(() => <Page />);
const ready = () => screen.findByRole("grid", { name: "Proposed stories" });

it("approves by A, shows it only when it is recorded, and goes on to the next", async () => {
  const state = serves(review([proposal("one"), proposal("two")]));
  let record = () => {};
  const recorded = new Promise<void>((resolve) => {
    record = resolve;
  });
  server.use(
    http.post(`${ROOT}/one/approve`, async ({ request }) => {
      expect(await request.json()).toEqual({ version: 1 });
      await recorded;
      const approved = proposal("one", { status: "approved", story_id: "s", story_key: "PAY-7", may: [] });
      put(state, approved);
      return HttpResponse.json(approved);
    }),
  );
  await shown();
  await ready();
  await userEvent.keyboard("a");
  expect(await within(row("Story one")).findByText("Recording…")).toBeVisible();
  expect(row("Story two")).toHaveAttribute("aria-current", "true");
  record();
  expect(await within(row("Story one")).findByText("PAY-7")).toBeVisible();
});

it("rejects at once, and puts it right when the server refuses", async () => {
  serves(review([proposal("one"), proposal("two")]));
  let refuse = () => {};
  const refused = new Promise<void>((resolve) => {
    refuse = resolve;
  });
  server.use(
    http.post(`${ROOT}/one/reject`, async () => {
      await refused;
      return HttpResponse.json(
        { type: "/problems/proposal-decided", title: "Somebody was quicker", status: 409 },
        { status: 409 },
      );
    }),
  );
  await shown();
  await ready();
  await userEvent.keyboard("r");
  const dialog = await screen.findByRole("dialog", { name: "Reject Story one" });
  await userEvent.type(within(dialog).getByLabelText("Why"), "Out of scope");
  await userEvent.click(within(dialog).getByRole("button", { name: "Reject" }));
  expect(await within(row("Story one")).findByText("Rejected")).toBeVisible();
  refuse();
  expect(await screen.findByText("Somebody was quicker")).toBeVisible();
  await waitFor(() => expect(within(row("Story one")).getByText("To decide")).toBeVisible());
});

it("moves by j and k, selects by x, and merges what is selected", async () => {
  serves(review([proposal("one"), proposal("two"), proposal("three")]));
  let merged: unknown = null;
  server.use(
    http.post(`${ROOT}/merge`, async ({ request }) => {
      merged = await request.json();
      return HttpResponse.json(proposal("four"));
    }),
  );
  await shown();
  await ready();
  await userEvent.keyboard("xjjx");
  expect(screen.getByText("2 selected")).toBeVisible();
  await userEvent.keyboard("m");
  const dialog = await screen.findByRole("dialog", { name: "Merge 2 stories" });
  await userEvent.click(within(dialog).getByRole("button", { name: "Merge" }));
  await waitFor(() =>
    expect(merged).toEqual({
      proposal_ids: ["one", "three"],
      title: "Story one",
      narrative: proposal("one").narrative,
    }),
  );
});

it("says how many and which before it approves all, and sends the versions that were shown", async () => {
  serves(
    review([
      proposal("one"),
      proposal("two", { version: 3 }),
      proposal("three", { status: "rejected", may: ["restore"] }),
    ]),
  );
  let approved: unknown = null;
  server.use(
    http.post(`${ROOT}/approve-all`, async ({ request }) => {
      approved = await request.json();
      return HttpResponse.json({ items: [] });
    }),
  );
  await shown();
  await ready();
  await userEvent.click(screen.getByRole("button", { name: "Approve all 2" }));
  const dialog = await screen.findByRole("dialog", { name: "Approve 2 stories" });
  expect(within(dialog).getByText("Story two")).toBeVisible();
  expect(within(dialog).queryByText("Story three")).toBeNull();
  expect(approved).toBeNull();
  await userEvent.click(within(dialog).getByRole("button", { name: "Approve 2 stories" }));
  await waitFor(() =>
    expect(approved).toEqual({
      proposals: [
        { id: "one", version: 1 },
        { id: "two", version: 3 },
      ],
    }),
  );
});

it("splits only when every criterion has its part", async () => {
  serves(review([proposal("one")]));
  let split: unknown = null;
  server.use(
    http.post(`${ROOT}/one/split`, async ({ request }) => {
      split = await request.json();
      return HttpResponse.json({ items: [proposal("p1"), proposal("p2")] });
    }),
  );
  await shown();
  await ready();
  await userEvent.keyboard("s");
  const dialog = await screen.findByRole("dialog", { name: "Split story" });
  const button = within(dialog).getByRole("button", { name: "Split into 2" });
  await userEvent.type(within(dialog).getByLabelText("Title of part 2"), "The rest");
  await userEvent.click(
    within(within(dialog).getByRole("group", { name: "Part of AC-1" })).getByRole("radio", {
      name: "Part 1",
    }),
  );
  expect(within(dialog).getByText("1 criterion is in no part yet: AC-2")).toBeVisible();
  expect(button).toBeDisabled();
  await userEvent.click(
    within(within(dialog).getByRole("group", { name: "Part of AC-2" })).getByRole("radio", {
      name: "Part 2",
    }),
  );
  expect(within(dialog).getByText("Every criterion has its part.")).toBeVisible();
  await userEvent.click(button);
  await waitFor(() =>
    expect(split).toEqual({
      into: [
        { title: "Story one", acceptance_criteria: ["AC-1"] },
        { title: "The rest", acceptance_criteria: ["AC-2"] },
      ],
    }),
  );
});

it("sends only what an edit changed, and keeps the words when somebody was quicker", async () => {
  serves(review([proposal("one")]));
  const sent: [string | null, unknown][] = [];
  server.use(
    http.patch(`${ROOT}/one`, async ({ request }) => {
      sent.push([request.headers.get("If-Match"), await request.json()]);
      if (sent.length > 1) return HttpResponse.json(proposal("one", { title: "Mine", version: 3 }));
      return HttpResponse.json(
        {
          type: "/problems/proposal-changed",
          title: "It has changed",
          detail: "Somebody saved v2.",
          status: 412,
          current_version: 2,
        },
        { status: 412 },
      );
    }),
  );
  await shown();
  await ready();
  await userEvent.keyboard("e");
  const dialog = await screen.findByRole("dialog", { name: "Edit story" });
  await userEvent.clear(within(dialog).getByLabelText("Title"));
  await userEvent.type(within(dialog).getByLabelText("Title"), "Mine");
  await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
  await userEvent.click(await within(dialog).findByRole("button", { name: "Save mine over v2" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(sent).toEqual([
    ['"1"', { title: "Mine" }],
    ['"2"', { title: "Mine" }],
  ]);
});

it("marks a trace that leads nowhere, and filters by the requirement that is clicked", async () => {
  const stray = criterion(9, { traces_to: ["R-99"], dangling: ["R-99"] });
  serves(
    review([proposal("one", { acceptance_criteria: [stray] }), proposal("two")], {
      coverage: {
        items: [
          {
            id: "R-7",
            kind: "requirement",
            title: "Refunds",
            priority: "must",
            criteria: [],
            covered_by: [],
            state: "uncovered",
          },
          {
            id: "R-1",
            kind: "requirement",
            title: "Legs",
            priority: "must",
            criteria: [],
            covered_by: ["two"],
            state: "covered",
          },
        ],
        dangling: [{ proposal_id: "one", criterion_id: "AC-9", ref: "R-99" }],
      },
    }),
  );
  await shown();
  await ready();
  expect(within(row("Story one")).getByText("1 trace leads nowhere")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: /^Coverage/ }));
  const requirements = within(screen.getByRole("region", { name: "Coverage" })).getAllByRole("button", {
    name: /^R-/,
  });
  expect(requirements[0]).toHaveTextContent("R-7");
  await userEvent.click(
    within(screen.getByRole("region", { name: "Coverage" })).getByRole("button", { name: /^R-7/ }),
  );
  expect(await screen.findByText("No story matches")).toBeVisible();
});

it("goes on after a failure, and says what was no story", async () => {
  serves(
    review([proposal("one")], {
      generation: generation({
        state: "failed",
        proposed: 1,
        failure: { kind: "unavailable", detail: "The model hung up.", retryable: true },
        unusable: [{ ordinal: 1, reason: "It has no title." }],
      }),
    }),
  );
  let mode: unknown = null;
  server.use(
    http.post(`${ROOT}/generate`, async ({ request }) => {
      mode = await request.json();
      return HttpResponse.json({ generation_id: "g2" }, { status: 202 });
    }),
  );
  await shown();
  await ready();
  expect(screen.getByText("The model hung up.")).toBeVisible();
  expect(screen.getByText("1 element was no story")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Go on" }));
  await waitFor(() => expect(mode).toEqual({ mode: "continue" }));
});

it("offers the first generation where there is nothing yet", async () => {
  serves(review([], { generation: null }));
  await shown();
  expect(await screen.findByText("Ready for story generation")).toBeVisible();
  expect(screen.getByRole("button", { name: "Generate stories" })).toBeEnabled();
});
