/**
 * The reply that is being written, as a value: pure functions from frame to next state.
 * Offsets count UTF-16 units, as JavaScript strings do. What is already there is never appended again,
 * and a hole is never papered over: it asks for a fresh snapshot.
 */
import type { Stage } from "~/api/types";
import type { Outcome, ServerFrame, SnapshotTurn, TurnStateName } from "./frames";

export type LivePart =
  | { kind: "text"; text: string }
  | {
      kind: "document";
      text: string;
      title: string;
      stage: Stage | null;
      saved: { version: number; contentHash: string } | null;
    };

export type LiveTurn = {
  turnId: string;
  attempt: number;
  state: TurnStateName | Outcome;
  detail: string | null;
  parts: LivePart[];
};

export const isRunning = (turn: LiveTurn | null): boolean =>
  turn !== null && ["queued", "streaming", "stopping", "retrying"].includes(turn.state);

export function fromSnapshot(snapshot: SnapshotTurn): LiveTurn {
  return {
    turnId: snapshot.turn_id,
    attempt: snapshot.attempt,
    state: snapshot.state,
    detail: null,
    parts: snapshot.parts
      .toSorted((a, b) => a.part - b.part)
      .map((part) =>
        part.kind === "document"
          ? {
              kind: "document",
              text: part.text,
              title: part.title ?? "Document",
              stage: part.stage ?? null,
              saved: null,
            }
          : { kind: "text", text: part.text },
      ),
  };
}

/** The text of a part after a delta, or null when there is a hole before it. */
export function append(have: string, off: number, text: string): string | null {
  if (off > have.length) return null;
  const overlap = have.length - off;
  return overlap >= text.length ? have : have + text.slice(overlap);
}

/** The next state, or "gap" when only a fresh snapshot can tell. */
export function step(turn: LiveTurn | null, frame: ServerFrame): LiveTurn | null | "gap" {
  switch (frame.type) {
    case "turn.started":
      if (turn?.turnId === frame.turn_id && turn.attempt >= frame.attempt) return turn;
      return { turnId: frame.turn_id, attempt: frame.attempt, state: "streaming", detail: null, parts: [] };
    case "turn.status":
      return same(turn, frame.turn_id, (t) => ({ ...t, state: frame.state, detail: frame.detail ?? null }));
    case "turn.delta":
      return same(turn, frame.turn_id, (t) => delta(t, frame.part, frame.off, frame.text));
    case "artefact.started":
      return same(turn, frame.turn_id, (t) => {
        if (frame.part < t.parts.length) return t;
        const part: LivePart = {
          kind: "document",
          text: "",
          title: frame.title,
          stage: frame.stage,
          saved: null,
        };
        return frame.part === t.parts.length ? { ...t, parts: [...t.parts, part] } : "gap";
      });
    case "artefact.saved":
      return same(turn, frame.turn_id, (t) => saved(t, frame));
    case "turn.done":
      return turn?.turnId === frame.turn_id ? { ...turn, state: frame.outcome, detail: null } : turn;
    default:
      return turn;
  }
}

function same(
  turn: LiveTurn | null,
  turnId: string,
  next: (turn: LiveTurn) => LiveTurn | "gap",
): LiveTurn | "gap" {
  return turn?.turnId === turnId ? next(turn) : "gap";
}

/** Marks the document that was saved; a server that did not stream the turn can't number its part. */
function saved(turn: LiveTurn, frame: Extract<ServerFrame, { type: "artefact.saved" }>): LiveTurn {
  const index = frame.part ?? turn.parts.findLastIndex((part) => part.kind === "document" && !part.saved);
  const parts = turn.parts.map((part, place) =>
    place === index && part.kind === "document"
      ? { ...part, saved: { version: frame.version, contentHash: frame.content_hash } }
      : part,
  );
  return { ...turn, parts };
}

/** How much of the reply is here, in UTF-16 units over all parts. */
export const lengthOf = (turn: LiveTurn): number =>
  turn.parts.reduce((sum, part) => sum + part.text.length, 0);

function delta(turn: LiveTurn, index: number, off: number, text: string): LiveTurn | "gap" {
  const parts = turn.parts.slice();
  const part = parts[index];
  if (!part) {
    if (index !== parts.length || off !== 0) return "gap";
    parts.push({ kind: "text", text });
  } else {
    const next = append(part.text, off, text);
    if (next === null) return "gap";
    if (next === part.text) return turn;
    parts[index] = { ...part, text: next };
  }
  return { ...turn, state: turn.state === "stopping" ? "stopping" : "streaming", parts };
}
