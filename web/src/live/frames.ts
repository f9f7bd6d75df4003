/**
 * The frames of subprotocol konductro.v1, as both sides write them.
 * An unknown type is ignored, so that a newer server does not break an open page.
 */
import type { Person, Stage, Usage } from "~/api/types";

export type TurnStateName = "queued" | "streaming" | "stopping" | "retrying";
export type Outcome = "completed" | "stopped" | "failed" | "interrupted";
export type SnapshotPart = {
  part: number;
  kind: "text" | "document";
  title?: string;
  stage?: Stage;
  text: string;
};
export type SnapshotTurn = {
  turn_id: string;
  attempt: number;
  state: TurnStateName;
  parts: SnapshotPart[];
  started_at: string;
};

type OfTurn = { topic: string; turn_id: string };

export type ServerFrame =
  | { type: "hello"; position: number; connection_id: string }
  | { type: "snapshot"; topic: string; position: number; turn: SnapshotTurn | null; present: Person[] }
  | { type: "changed"; topic: string; position: number; what: string[] }
  | ({ type: "turn.started"; attempt: number; message_id: string | null; at: string } & OfTurn)
  | ({ type: "turn.status"; state: TurnStateName; detail: string | null } & OfTurn)
  | ({ type: "turn.delta"; part: number; off: number; text: string } & OfTurn)
  | ({ type: "artefact.started"; part: number; stage: Stage; title: string } & OfTurn)
  | ({
      type: "artefact.saved";
      part: number | null;
      stage: Stage;
      version: number;
      content_hash: string;
    } & OfTurn)
  | ({
      type: "turn.done";
      outcome: Outcome;
      usage?: Usage | null;
      failure?: { kind: string; detail: string; retryable: boolean } | null;
      position: number;
    } & OfTurn)
  | { type: "presence"; topic: string; present: Person[] }
  | { type: "resync"; topic: string }
  | { type: "error"; topic?: string; code: string; detail: string }
  | { type: "pong" };

export type ClientFrame =
  | { type: "subscribe"; topic: string; after?: { position?: number; turn?: string; off?: number } }
  | { type: "unsubscribe"; topic: string }
  | { type: "ping" };

export function parseFrame(data: unknown): ServerFrame | null {
  if (typeof data !== "string") return null;
  try {
    const frame: unknown = JSON.parse(data);
    if (typeof frame !== "object" || frame === null || !("type" in frame)) return null;
    return frame as ServerFrame;
  } catch {
    return null;
  }
}

export const conversationTopic = (phaseId: string, stage: Stage): string =>
  `conversation:${phaseId}:${stage}`;
/** Whoever listens to it is editing, and is shown to the others who are. */
export const editingTopic = (phaseId: string, stage: Stage): string => `editing:${phaseId}:${stage}`;
export const phaseTopic = (phaseId: string): string => `phase:${phaseId}`;
export const projectTopic = (projectId: string): string => `project:${projectId}`;
