/** Which text stands for a reply: the stored message, or the live one while it is newer. Never both. */
import type { Message } from "~/api/types";
import { isRunning, type LiveTurn } from "~/live/turn";

/** The live reply if it must be shown: while it runs, and until the stored one has arrived. */
export function shownLive(messages: readonly Message[], live: LiveTurn | null): LiveTurn | null {
  if (!live) return null;
  if (isRunning(live)) return live;
  const stored = messages.find(
    (message) => message.author.kind === "conductor" && message.turn_id === live.turnId,
  );
  return stored && stored.state !== "streaming" ? null : live;
}

/** The stored messages without the one that the live reply stands for. */
export function splitLive(messages: readonly Message[], shown: LiveTurn | null): Message[] {
  return messages.filter(
    (message) =>
      message.author.kind === "person" ||
      (message.turn_id !== shown?.turnId && (message.state !== "streaming" || message.text !== "")),
  );
}
