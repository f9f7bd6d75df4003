/** The composer: sends once, keeps the words when refused, and explains why it is closed. */
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import type { StageView } from "~/api/types";
import { Composer } from "./Composer";

const view: StageView = {
  stage: "requirements",
  kind: "approval",
  state: "open",
  cycle: 1,
  latest_version: null,
  approved_version: null,
  gate: { kind: "open" },
  blocked_by: [],
  may: ["post_message"],
  may_not: [],
  conditions: [],
  open_findings: 0,
  effect: "",
  evidence: "",
  since: "2026-10-08T09:14:00Z",
};

function show(props: Partial<Parameters<typeof Composer>[0]> = {}) {
  const onSend = vi.fn(async (_text: string) => true);
  const onStop = vi.fn();
  render(
    <Composer
      place={{ phaseId: "p", stage: "requirements" }}
      view={view}
      running={false}
      sending={false}
      stopping={false}
      label={null}
      onSend={onSend}
      onStop={onStop}
      {...props}
    />,
  );
  return { onSend, onStop, box: () => screen.getByRole("textbox", { name: "Message Conductor" }) };
}

it("sends on Enter, breaks the line on Shift+Enter, and empties itself", async () => {
  const { onSend, box } = show();
  await userEvent.type(box(), "one{Shift>}{Enter}{/Shift}two{Enter}");
  expect(onSend).toHaveBeenCalledExactlyOnceWith("one\ntwo");
  expect(box()).toHaveValue("");
});

it("gives the words back when the server refuses them", async () => {
  const { box } = show({ onSend: async () => false });
  await userEvent.type(box(), "precious{Enter}");
  await vi.waitFor(() => expect(box()).toHaveValue("precious"));
});

it("keeps a draft over a reload", async () => {
  const { box } = show();
  await userEvent.type(box(), "half a thought");
  expect(localStorage.getItem("draft.p.requirements")).toBe("half a thought");
});

it("offers Stop while Conductor writes", async () => {
  const { onStop } = show({ running: true });
  expect(screen.queryByRole("button", { name: "Send" })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Stop" }));
  expect(onStop).toHaveBeenCalledOnce();
});

it("takes a message that waits while Conductor writes, and no second one", async () => {
  const { onSend, box } = show({ running: true });
  await userEvent.type(box(), "one more thing");
  await userEvent.click(screen.getByRole("button", { name: "Send when the reply has ended" }));
  expect(onSend).toHaveBeenCalledExactlyOnceWith("one more thing");
});

it("keeps what is written while another message waits", async () => {
  const { onSend, box } = show({ running: true, queued: true });
  await userEvent.type(box(), "and another{Enter}");
  expect(onSend).not.toHaveBeenCalled();
  expect(box()).toHaveValue("and another");
});

it("takes words back to be written again, beside what is there", () => {
  localStorage.setItem("draft.p.requirements", "half a thought");
  const { box } = show({ reused: "taken back", onReused: () => undefined });
  expect(box()).toHaveValue("half a thought\n\ntaken back");
});

it("says why it is closed", () => {
  show({
    view: { ...view, may: [], may_not: [{ verb: "post_message", reason: "Requirements come first." }] },
  });
  expect(screen.getByText("Requirements come first.")).toBeVisible();
  expect(screen.queryByRole("textbox")).toBeNull();
});
