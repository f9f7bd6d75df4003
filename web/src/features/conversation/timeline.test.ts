/** A reply is shown once, whichever of its two sources is newer. */
import { describe, expect, it } from "vitest";
import type { Message } from "~/api/types";
import type { LiveTurn } from "~/live/turn";
import { shownLive, splitLive } from "./timeline";

const person: Message = {
  id: "m",
  turn_id: "t",
  author: { kind: "person", user_id: "u", name: "Dana" },
  text: "Hi",
  parts: [{ kind: "text", text: "Hi" }],
  state: "sent",
  at: "",
};
const reply = (state: Message["state"]): Message => ({
  id: "t",
  turn_id: "t",
  author: { kind: "conductor" },
  text: "Hello",
  parts: [{ kind: "text", text: "Hello" }],
  state,
  at: "",
});
const live = (state: LiveTurn["state"]): LiveTurn => ({
  turnId: "t",
  attempt: 1,
  state,
  detail: null,
  parts: [],
});

const shownOnce = (messages: Message[], turn: LiveTurn | null) => {
  const writing = shownLive(messages, turn);
  const stored = splitLive(messages, writing).filter((message) => message.author.kind === "conductor");
  return [stored.length, writing === null ? 0 : 1];
};

describe("the reply on the page", () => {
  it("is the live one while it is written", () => {
    expect(shownOnce([person, reply("streaming")], live("streaming"))).toEqual([0, 1]);
    expect(shownOnce([person], live("queued"))).toEqual([0, 1]);
  });
  it("stays the live one until the stored one has arrived", () => {
    expect(shownOnce([person, reply("streaming")], live("completed"))).toEqual([0, 1]);
    expect(shownOnce([person, reply("completed")], live("completed"))).toEqual([1, 0]);
  });
  it("is the live one again on a retry of a failed one", () => {
    expect(shownOnce([person, reply("failed")], live("streaming"))).toEqual([0, 1]);
  });
  it("is the stored one when nothing is live", () => {
    expect(shownOnce([person, reply("interrupted")], null)).toEqual([1, 0]);
  });
});
