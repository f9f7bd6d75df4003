/**
 * One socket for the tab: topics counted by who watches them, back-off, and resumption after a drop.
 * The socket only tells; every change goes by REST. After each (re)connection every topic is subscribed
 * again from the last position seen, and the snapshot that answers replaces what we had: the same text once.
 */
import type { QueryClient } from "@tanstack/react-query";
import { WebSocket as ReconnectingSocket } from "partysocket";
import { useEffect, useSyncExternalStore } from "react";
import { sawPosition } from "~/api/client";
import { keys } from "~/api/queries";
import { isStage } from "~/lib/stages";
import { type ClientFrame, parseFrame, type ServerFrame } from "./frames";
import { everythingIn, invalidate, staleKeys } from "./invalidation";
import { applyFrame, applySnapshot, forget, liveTurn, setPresent } from "./store";
import { isRunning, lengthOf } from "./turn";

export type Link = "idle" | "connecting" | "live" | "offline";
type Topic = { watchers: number; position: number | null; awaiting: boolean };

const PING_EVERY = 25_000;
const SILENCE_LIMIT = 60_000;
const TRY_AGAIN_AFTER = 2_000;
/** Close codes that say: signed out elsewhere, or the account is disabled. Coming back would be refused. */
const SESSION_OVER = new Set([4401, 4403]);

const topics = new Map<string, Topic>();
const linkListeners = new Set<() => void>();
let client: QueryClient | null = null;
let socket: ReconnectingSocket | null = null;
let link: Link = "idle";
let heartbeat: ReturnType<typeof setInterval> | null = null;
let lastHeard = 0;

function setLink(next: Link): void {
  if (next === link) return;
  link = next;
  for (const listener of linkListeners) listener();
}

function send(frame: ClientFrame): void {
  if (socket?.readyState === ReconnectingSocket.OPEN) socket.send(JSON.stringify(frame));
}

function subscribe(name: string): void {
  const topic = topics.get(name);
  if (!topic || topic.awaiting) return;
  topic.awaiting = link === "live";
  const turn = liveTurn(name);
  const after = {
    ...(topic.position === null ? {} : { position: topic.position }),
    ...(turn ? { turn: turn.turnId, off: lengthOf(turn) } : {}),
  };
  send({ type: "subscribe", topic: name, ...(Object.keys(after).length > 0 ? { after } : {}) });
}

function url(): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1/ws`;
}

/** Opens the socket once somebody is signed in. */
export function connect(queryClient: QueryClient): void {
  client = queryClient;
  if (socket) return;
  setLink("connecting");
  socket = new ReconnectingSocket(url, ["konductro.v1"], {
    minReconnectionDelay: 300,
    maxReconnectionDelay: 8000,
    reconnectionDelayGrowFactor: 1.7,
    // Nothing is queued: on open every topic is subscribed afresh.
    maxEnqueuedMessages: 0,
  });
  socket.addEventListener("open", () => {
    lastHeard = performance.now();
    setLink("live");
    for (const [name, topic] of topics) {
      topic.awaiting = false;
      subscribe(name);
    }
  });
  socket.addEventListener("close", (event) => {
    if (SESSION_OVER.has(event.code)) sessionOver();
    else setLink(navigator.onLine ? "connecting" : "offline");
  });
  socket.addEventListener("message", (event: MessageEvent) => {
    lastHeard = performance.now();
    const frame = parseFrame(event.data);
    if (frame) receive(frame);
  });
  // A network that comes or goes is asked at once, not after the silence or the back-off has passed.
  globalThis.addEventListener("offline", tryAgain);
  globalThis.addEventListener("online", tryAgain);
  heartbeat = setInterval(() => {
    if (link !== "live") return;
    if (performance.now() - lastHeard > SILENCE_LIMIT) socket?.reconnect();
    else send({ type: "ping" });
  }, PING_EVERY);
}

function tryAgain(): void {
  if (link !== "live" || !navigator.onLine) socket?.reconnect();
}

/** Closes the socket: the person signed out. */
export function disconnect(): void {
  globalThis.removeEventListener("offline", tryAgain);
  globalThis.removeEventListener("online", tryAgain);
  if (heartbeat) clearInterval(heartbeat);
  heartbeat = null;
  socket?.close();
  socket = null;
  for (const name of topics.keys()) forget(name);
  topics.clear();
  setLink("idle");
}

/** Asks who we are: the refusal leads to the sign-in page. */
function sessionOver(): void {
  disconnect();
  void client?.invalidateQueries({ queryKey: keys.me });
}

/** A subscription that was refused; one that only failed is tried again. */
function refused(name: string, code: string): void {
  const topic = topics.get(name);
  if (!topic) return;
  topic.awaiting = false;
  if (code === "unavailable") setTimeout(() => subscribe(name), TRY_AGAIN_AFTER);
}

function receive(frame: ServerFrame): void {
  switch (frame.type) {
    case "snapshot":
      onSnapshot(frame);
      return;
    case "changed":
      noted(frame.topic, frame.position);
      if (client) invalidate(client, staleKeys(frame.topic, frame.what));
      return;
    case "presence":
      setPresent(frame.topic, frame.present);
      return;
    case "error":
      if (frame.topic) refused(frame.topic, frame.code);
      return;
    case "resync":
      subscribe(frame.topic);
      return;
    case "turn.started":
    case "turn.status":
    case "turn.delta":
    case "artefact.started":
    case "artefact.saved":
    case "turn.done":
      if (!applyFrame(frame.topic, frame)) subscribe(frame.topic);
      if (frame.type === "turn.done") noted(frame.topic, frame.position);
      // A document is saved after its reply has ended, and the stored reply says what became of it.
      if (["turn.started", "artefact.saved", "turn.done"].includes(frame.type))
        refetchConversation(frame.topic);
      if (["artefact.saved", "turn.done"].includes(frame.type)) refetchArtefact(frame.topic);
      return;
    default:
      return;
  }
}

function onSnapshot(frame: Extract<ServerFrame, { type: "snapshot" }>): void {
  const topic = topics.get(frame.topic);
  if (!topic) return;
  // Whatever was read before the subscription may be older than it: nobody told us what changed in between.
  const missed = topic.position === null || frame.position > topic.position;
  const ended = frame.turn === null && isRunning(liveTurn(frame.topic));
  topic.awaiting = false;
  noted(frame.topic, frame.position);
  setPresent(frame.topic, frame.present ?? []);
  if (frame.topic.startsWith("conversation:")) applySnapshot(frame.topic, frame.turn);
  // Nothing is read because of who is editing.
  if (frame.topic.startsWith("editing:")) return;
  if ((missed || ended) && client) invalidate(client, everythingIn(frame.topic));
}

function noted(name: string, position: number | undefined): void {
  const topic = topics.get(name);
  if (typeof position !== "number") return;
  sawPosition(position);
  if (topic && position > (topic.position ?? -1)) topic.position = position;
}

function refetchConversation(name: string): void {
  const [, id = "", stage] = name.split(":");
  if (client && isStage(stage)) invalidate(client, [{ key: keys.messages(id, stage) }]);
}

function refetchArtefact(name: string): void {
  const [, id = "", stage] = name.split(":");
  if (client && isStage(stage)) {
    invalidate(client, [{ key: keys.artefact(id, stage) }, { key: keys.phase(id), exact: true }]);
  }
}

/** Watch a topic while a component is on the page. */
export function useTopic(name: string | null): void {
  useEffect(() => {
    if (!name) return;
    const topic = topics.get(name);
    if (topic) topic.watchers += 1;
    else {
      topics.set(name, { watchers: 1, position: null, awaiting: false });
      subscribe(name);
    }
    return () => {
      const current = topics.get(name);
      if (!current) return;
      current.watchers -= 1;
      if (current.watchers > 0) return;
      topics.delete(name);
      forget(name);
      send({ type: "unsubscribe", topic: name });
    };
  }, [name]);
}

export function useLink(): Link {
  return useSyncExternalStore(
    (listener) => {
      linkListeners.add(listener);
      return () => linkListeners.delete(listener);
    },
    () => link,
  );
}
