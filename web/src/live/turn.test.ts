/** The reply as it streams: nothing doubled, nothing lost, a hole never papered over. */
import { describe, expect, it } from "vitest";
import type { ServerFrame } from "./frames";
import { append, fromSnapshot, isRunning, type LiveTurn, step } from "./turn";

const topic = "conversation:p:requirements";
const started: ServerFrame = {
  type: "turn.started",
  topic,
  turn_id: "t",
  attempt: 1,
  message_id: "m",
  at: "",
};
const delta = (part: number, off: number, text: string): ServerFrame => ({
  type: "turn.delta",
  topic,
  turn_id: "t",
  part,
  off,
  text,
});

function play(frames: ServerFrame[], from: LiveTurn | null = null): LiveTurn | null | "gap" {
  let turn: LiveTurn | null = from;
  for (const frame of frames) {
    const next = step(turn, frame);
    if (next === "gap") return "gap";
    turn = next;
  }
  return turn;
}

const texts = (turn: LiveTurn | null | "gap") =>
  turn && turn !== "gap" ? turn.parts.map((part) => part.text) : turn;

describe("append", () => {
  it("appends at the end, drops an overlap, ignores what is there, refuses a hole", () => {
    expect(append("abc", 3, "def")).toBe("abcdef");
    expect(append("abc", 1, "bcd")).toBe("abcd");
    expect(append("abc", 0, "ab")).toBe("abc");
    expect(append("abc", 4, "x")).toBeNull();
  });

  it("counts UTF-16 units, as the server does", () => {
    expect(append("a😀", 3, "b")).toBe("a😀b");
    expect(append("a😀", 2, "x")).not.toBe("a😀x");
  });
});

describe("step", () => {
  it("builds chat text and a document beside it", () => {
    const turn = play([
      started,
      delta(0, 0, "Writing "),
      delta(0, 8, "now."),
      { type: "artefact.started", topic, turn_id: "t", part: 1, stage: "requirements", title: "R" },
      delta(1, 0, "# Purpose"),
      {
        type: "artefact.saved",
        topic,
        turn_id: "t",
        part: 1,
        stage: "requirements",
        version: 2,
        content_hash: "h",
      },
      delta(2, 0, "Done."),
    ]);
    expect(texts(turn)).toEqual(["Writing now.", "# Purpose", "Done."]);
    const part = turn !== "gap" ? turn?.parts[1] : null;
    expect(part?.kind === "document" && part.saved?.version).toBe(2);
  });

  it("gives the same text when every frame comes twice", () => {
    const once = [started, delta(0, 0, "ab"), delta(0, 2, "cd"), delta(0, 4, "ef")];
    const twice = once.flatMap((frame) => [frame, frame]);
    expect(texts(play(twice))).toEqual(texts(play(once)));
  });

  it("asks for a snapshot on a hole, on an unknown part and on an unknown turn", () => {
    expect(play([started, delta(0, 5, "x")])).toBe("gap");
    expect(play([started, delta(2, 0, "x")])).toBe("gap");
    expect(play([delta(0, 0, "x")])).toBe("gap");
  });

  it("resumes from a snapshot without doubling", () => {
    const turn = fromSnapshot({
      turn_id: "t",
      attempt: 1,
      state: "streaming",
      started_at: "",
      parts: [{ part: 0, kind: "text", text: "Hello wo" }],
    });
    expect(texts(play([delta(0, 6, "world")], turn))).toEqual(["Hello world"]);
  });

  it("starts over on a new attempt, and not on a repeated start", () => {
    const first = play([started, delta(0, 0, "old")]);
    expect(texts(play([started], first === "gap" ? null : first))).toEqual(["old"]);
    expect(texts(play([{ ...started, attempt: 2 }], first === "gap" ? null : first))).toEqual([]);
  });

  it("marks the document as saved even when the server can't number its part", () => {
    const turn = play([
      started,
      { type: "artefact.started", topic, turn_id: "t", part: 0, stage: "requirements", title: "R" },
      {
        type: "artefact.saved",
        topic,
        turn_id: "t",
        part: null,
        stage: "requirements",
        version: 3,
        content_hash: "h",
      },
    ]);
    const part = turn !== "gap" ? turn?.parts[0] : null;
    expect(part?.kind === "document" && part.saved?.version).toBe(3);
  });

  it("ends once, and keeps the text", () => {
    const turn = play([
      started,
      delta(0, 0, "half"),
      { type: "turn.done", topic, turn_id: "t", outcome: "stopped", position: 9 },
    ]);
    expect(texts(turn)).toEqual(["half"]);
    expect(turn !== "gap" && isRunning(turn)).toBe(false);
  });
});
