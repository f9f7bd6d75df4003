/** The inbox names what to do, where, and for how long it has waited. */
import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import type { InboxItem } from "~/api/types";
import { showPage } from "~/test/page";
import { InboxList, inWords } from "./InboxList";

const item: InboxItem = {
  what: "approve",
  project_id: "p",
  project_key: "PAY",
  phase_id: "ph",
  number: 4,
  title: "Split settlement",
  stage: "architecture",
  version: 3,
  undecided: 0,
  since: new Date(Date.now() - 3 * 24 * 3_600_000).toISOString(),
};

it("says what each kind of thing asks for", () => {
  const words = (change: Partial<InboxItem>) => inWords({ ...item, ...change });
  expect(words({})).toBe("Approve Architecture v3, or request changes");
  expect(words({ what: "reaffirm" })).toBe("Reaffirm Architecture v3, or revise it");
  expect(words({ what: "write", stage: "requirements", version: null })).toBe("Write Requirements");
  expect(words({ what: "review_stories", undecided: 1 })).toBe("Decide on 1 proposed story");
  expect(words({ what: "review_stories", undecided: 12 })).toBe("Decide on 12 proposed stories");
});

it("leads to the stage and says how long it has waited", async () => {
  await showPage(() => <InboxList items={[item]} />);
  const link = screen.getByRole("link", { name: /Approve Architecture v3/ });
  expect(link).toHaveAttribute("href", expect.stringContaining("/p/PAY/phases/4?stage=architecture"));
  expect(link).toHaveTextContent("in review for 3 days");
});

it("says so when nothing waits", async () => {
  await showPage(() => <InboxList items={[]} />);
  expect(screen.getByText("Nothing waits for you")).toBeVisible();
});
