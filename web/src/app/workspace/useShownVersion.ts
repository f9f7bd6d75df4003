/**
 * Which version is on screen. It follows the newest one only when the reader asked for that: at the start,
 * by watching Conductor write, or by a click. Otherwise a new version announces itself and waits.
 */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
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
  useEffect(() => {
    // What was being watched has arrived; from here on it is being read.
    if (!running && held !== null && held === latest) setFollows(false);
  }, [running, held, latest]);

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
