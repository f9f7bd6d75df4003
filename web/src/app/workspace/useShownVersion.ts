/**
 * Which version is on screen. It follows the newest one only when the reader asked for that: at the start,
 * by watching Conductor write, or by a click. Otherwise a new version announces itself and waits.
 */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { versionQuery } from "~/api/queries";
import type { Stage } from "~/api/types";
import { isRunning, type LiveTurn } from "~/live/turn";

export function useShownVersion(
  phaseId: string,
  stage: Stage,
  latest: number | null,
  pinned: number | null,
  live: LiveTurn | null,
) {
  const [held, setHeld] = useState<number | null>(latest);
  const [follows, setFollows] = useState(false);
  const running = isRunning(live);
  const behind = latest !== null && (held === null || (follows && held !== latest));
  useEffect(() => {
    if (behind) setHeld(latest);
  }, [behind, latest]);
  const promised = promisedBy(live);
  const ran = useRef(false);
  useEffect(() => {
    if (running) ran.current = true;
    // What was being watched has arrived; from here on it is being read.
    else if (ran.current && held === latest && (latest ?? 0) >= promised) {
      ran.current = false;
      setFollows(false);
    }
  }, [running, held, latest, promised]);

  const shown = pinned ?? held ?? latest;
  const version = useQuery({ ...versionQuery(phaseId, stage, shown ?? 0), enabled: shown !== null });
  return {
    shown,
    newer: pinned === null && shown !== null && latest !== null && latest > shown ? latest : null,
    /** What a person really sees: the loaded text, not the wish for it. */
    onScreen: version.data ? { version: version.data.version, contentHash: version.data.content_hash } : null,
    watching: pinned === null && (follows || held === null),
    watch: () => setFollows(true),
    /** Show this version and stay with it: somebody chose it, or has just saved it. */
    hold: setHeld,
  };
}

/**
 * The version that the reply leads to: the one it was saved as, which may be known before the phase tells of it.
 * A document is saved after its reply has ended, so until then there is one more to come.
 */
function promisedBy(live: LiveTurn | null): number {
  const documents = live?.parts.filter((part) => part.kind === "document") ?? [];
  if (live?.state === "completed" && documents.some((part) => !part.saved)) return Number.POSITIVE_INFINITY;
  return Math.max(0, ...documents.map((part) => part.saved?.version ?? 0));
}
