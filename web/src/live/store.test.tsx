/** The live store: one notice a frame, and no reply that vanishes while its stored text is on the way. */
import { act, render, screen } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import { applyFrame, applySnapshot, forget, liveTurn, useLiveTurn } from "./store";

const topic = "conversation:p:requirements";
let renders = 0;

function Reply() {
  renders += 1;
  const turn = useLiveTurn(topic);
  return <p>{turn ? turn.parts.map((part) => part.text).join("") : "nothing"}</p>;
}

const nextFrame = () => act(() => new Promise<void>((done) => requestAnimationFrame(() => done())));

beforeEach(() => {
  forget(topic);
  renders = 0;
});

it("draws a hundred deltas of one frame once", async () => {
  applyFrame(topic, { type: "turn.started", topic, turn_id: "t", attempt: 1, message_id: "m", at: "" });
  render(<Reply />);
  await nextFrame();
  const before = renders;
  for (let off = 0; off < 100; off++) {
    applyFrame(topic, { type: "turn.delta", topic, turn_id: "t", part: 0, off, text: "x" });
  }
  await nextFrame();
  expect(screen.getByText("x".repeat(100))).toBeVisible();
  expect(renders - before).toBe(1);
});

it("refuses a hole, and takes the snapshot that fills it", () => {
  applyFrame(topic, { type: "turn.started", topic, turn_id: "t", attempt: 1, message_id: "m", at: "" });
  expect(applyFrame(topic, { type: "turn.delta", topic, turn_id: "t", part: 0, off: 5, text: "world" })).toBe(
    false,
  );
  applySnapshot(topic, {
    turn_id: "t",
    attempt: 1,
    state: "streaming",
    started_at: "",
    parts: [{ part: 0, kind: "text", text: "Hello" }],
  });
  expect(
    applyFrame(topic, { type: "turn.delta", topic, turn_id: "t", part: 0, off: 5, text: " world" }),
  ).toBe(true);
  expect(liveTurn(topic)?.parts).toEqual([{ kind: "text", text: "Hello world" }]);
});

it("keeps the text of a reply that ended while we were away", () => {
  applyFrame(topic, { type: "turn.started", topic, turn_id: "t", attempt: 1, message_id: "m", at: "" });
  applyFrame(topic, { type: "turn.delta", topic, turn_id: "t", part: 0, off: 0, text: "half" });
  applySnapshot(topic, null);
  expect(liveTurn(topic)).toMatchObject({ state: "completed", parts: [{ text: "half" }] });
});
