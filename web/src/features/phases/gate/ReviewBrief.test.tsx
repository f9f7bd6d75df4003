/** The brief says what the server says, and ticks are of one text alone. */
import { act, renderHook, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";

import { beforeEach, expect, it } from "vitest";
import type { Brief, Phase, StageView } from "~/api/types";
import { showPage } from "~/test/page";
import { ReviewBrief } from "./ReviewBrief";
import { type Acknowledged, useAcknowledged } from "./useAcknowledged";

const brief: Brief = {
  version: 3,
  words: 660,
  reading_minutes: 3,
  since: {
    version: 2,
    because: "sent_back",
    added_words: 61,
    removed_words: 14,
    reading_minutes: 1,
    sections: [{ heading: "Rules", kind: "changed", changes: 2, added_words: 61, removed_words: 14 }],
  },
  open_points: [
    { id: "A-1", kind: "assumption", text: "Lines come with the capture." },
    { id: "Q-1", kind: "question", text: "Who owns the rates?" },
  ],
  accepted_findings: [],
  stands_on: [{ stage: "requirements", version: 9, content_hash: "c", written_on: 8 }],
  approvals: {
    required: 2,
    missing: 1,
    given: [{ user_id: "u1", name: "Dana Okafor" }],
    roles: ["sdm", "architect"],
    could: [{ user_id: "u2", name: "Mara Lindqvist" }],
  },
};
const phase = { project_key: "PAY", number: 1 } as Phase;
const view = { stage: "architecture" } as StageView;

function Shown({ mayApprove = true }: { mayApprove?: boolean }) {
  const acknowledged = useAcknowledged(brief.open_points, "c3");
  return (
    <ReviewBrief phase={phase} view={view} brief={brief} acknowledged={acknowledged} mayApprove={mayApprove}>
      <p>What the checker found</p>
    </ReviewBrief>
  );
}

beforeEach(() => localStorage.clear());

it("tells what changed, what is open, what moved below it and who is missing", async () => {
  await showPage(() => <Shown />);
  const region = screen.getByRole("region", { name: "Before you decide on v3" });
  expect(region).toHaveTextContent("660 words, 3 min · what is new: 1 min");
  expect(region).toHaveTextContent("1 section changed since v2, which you sent back: +61 −14 words");
  expect(region).toHaveTextContent("1 assumption, 1 open question · 0 of 2 acknowledged");
  expect(region).toHaveTextContent("Requirements v9 · written on v8; read what moved");
  expect(region).toHaveTextContent("Approved by Dana Okafor");
  expect(region).toHaveTextContent("1 of 2 still to come, by SDM, Architect: Mara Lindqvist");
  expect(region).toHaveTextContent("What the checker found");
  expect(screen.getByRole("link", { name: "Rules" })).toHaveAttribute(
    "href",
    expect.stringContaining("cmp=2"),
  );
});

it("is ticked off one by one, by key", async () => {
  await showPage(() => <Shown />);
  const list = screen.getByRole("list", { name: "Assumptions and open questions" });
  const [first] = within(list).getAllByRole("checkbox");
  first?.focus();
  await userEvent.keyboard(" ");
  expect(screen.getByText(/1 of 2 acknowledged/)).toBeVisible();
});

it("offers nothing to tick to somebody who may not approve, and stays folded for them", async () => {
  await showPage(() => <Shown mayApprove={false} />);
  expect(screen.queryByRole("checkbox", { hidden: true })).toBeNull();
  expect(screen.getByRole("button", { name: "Before you decide" })).toHaveAttribute("aria-expanded", "false");
});

it("forgets every tick when another text is shown", () => {
  const { result, rerender } = renderHook<Acknowledged, string>(
    (hash) => useAcknowledged(brief.open_points, hash),
    {
      initialProps: "c3",
    },
  );
  act(() => result.current.toggle("A-1"));
  expect(result.current.left).toEqual(["Q-1"]);
  rerender("c4");
  expect(result.current.left).toEqual(["A-1", "Q-1"]);
});
