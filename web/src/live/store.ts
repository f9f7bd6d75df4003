/**
 * The live replies, by conversation, outside React and outside the query cache.
 * However many deltas arrive, listeners hear of them once a frame, and only those who watch that conversation.
 */
import { useSyncExternalStore } from "react";
import type { Person } from "~/api/types";
import type { ServerFrame, SnapshotTurn } from "./frames";
import { fromSnapshot, isRunning, type LiveTurn, step } from "./turn";

const turns = new Map<string, LiveTurn>();
const present = new Map<string, Person[]>();
const listeners = new Map<string, Set<() => void>>();
const NOBODY: Person[] = [];

let dirty = new Set<string>();
let scheduled = false;

function flush(): void {
  scheduled = false;
  const topics = dirty;
  dirty = new Set();
  for (const topic of topics) for (const listener of listeners.get(topic) ?? []) listener();
}

function touch(topic: string): void {
  dirty.add(topic);
  if (scheduled) return;
  scheduled = true;
  // A hidden tab draws no frames; it still must keep up.
  if (document.hidden) setTimeout(flush, 100);
  else requestAnimationFrame(flush);
}

/** Applies a frame; false when there is a hole that only a fresh snapshot can fill. */
export function applyFrame(topic: string, frame: ServerFrame): boolean {
  const before = turns.get(topic) ?? null;
  const after = step(before, frame);
  if (after === "gap") return false;
  if (after !== before && after !== null) {
    turns.set(topic, after);
    touch(topic);
  }
  return true;
}

/**
 * What the server says is so now. A reply that ended while we were away keeps its text on the page
 * until the stored message has been fetched.
 */
export function applySnapshot(topic: string, turn: SnapshotTurn | null): void {
  const before = turns.get(topic);
  if (turn) turns.set(topic, fromSnapshot(turn));
  else if (before && isRunning(before)) turns.set(topic, { ...before, state: "completed" });
  touch(topic);
}

export function setPresent(topic: string, people: Person[]): void {
  present.set(topic, people);
  touch(topic);
}

export function forget(topic: string): void {
  turns.delete(topic);
  present.delete(topic);
  touch(topic);
}

export const liveTurn = (topic: string): LiveTurn | null => turns.get(topic) ?? null;

function watch(topic: string, listener: () => void): () => void {
  const set = listeners.get(topic) ?? new Set();
  set.add(listener);
  listeners.set(topic, set);
  return () => {
    set.delete(listener);
    if (set.size === 0) listeners.delete(topic);
  };
}

export function useLiveTurn(topic: string): LiveTurn | null {
  return useSyncExternalStore(
    (listener) => watch(topic, listener),
    () => liveTurn(topic),
  );
}

export function usePresent(topic: string): Person[] {
  return useSyncExternalStore(
    (listener) => watch(topic, listener),
    () => present.get(topic) ?? NOBODY,
  );
}
