/**
 * Keeps what somebody types on the server, a moment after they pause, so that another device has it too. Until the
 * server has it this browser does. Each time names the revision that it follows: a draft that was changed elsewhere
 * is never overwritten unseen.
 */
import { useCallback, useEffect, useRef, useState } from "react";
import { keepDraft } from "~/api/phases";
import { hasCode, isProblem } from "~/api/problem";
import type { Stage } from "~/api/types";
import { recall, remember } from "~/lib/storage";

export type Working = { title: string; markdown: string; baseVersion: number | null };
export type DraftState = "unchanged" | "waiting" | "keeping" | "kept" | "elsewhere" | "failed";

const PAUSE = 900;
const TRY_AGAIN = 4_000;

type Place = { phaseId: string; stage: Stage };
const keyOf = ({ phaseId, stage }: Place): string => `draft.${phaseId}.${stage}`;

/** What this browser holds that the server may not have; older than the server's draft it is nothing. */
export function unsentDraft(place: Place, revision: number): Working | null {
  const stored = recall(keyOf(place));
  if (!stored) return null;
  try {
    const { follows, ...working } = JSON.parse(stored) as Working & { follows: number };
    return follows === revision && typeof working.markdown === "string" ? working : null;
  } catch {
    return null;
  }
}

export function useDraft(place: Place, revision: number) {
  const { phaseId, stage } = place;
  const [state, setState] = useState<DraftState>(revision > 0 ? "kept" : "unchanged");
  const follows = useRef(revision);
  const pending = useRef<Working | null>(null);
  const running = useRef<Promise<void>>(Promise.resolve());
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const stopped = useRef(false);

  const run = useCallback(() => {
    const send = async () => {
      const working = pending.current;
      if (!working || stopped.current) return;
      pending.current = null;
      setState("keeping");
      try {
        const kept = await keepDraft({ phaseId, stage }, { ...working, follows: follows.current });
        follows.current = kept.revision;
        if (pending.current) return;
        remember(keyOf({ phaseId, stage }), null);
        setState("kept");
      } catch (error) {
        pending.current ??= working;
        setState(hasCode(error, "version-changed") ? "elsewhere" : "failed");
        // What the server refuses it refuses again; what did not reach it is sent again.
        if (isProblem(error) && error.status >= 400 && error.status < 500 && error.status !== 429) return;
        timer.current = setTimeout(enqueue, TRY_AGAIN);
      }
    };
    const enqueue = () => {
      running.current = running.current.then(send);
    };
    enqueue();
  }, [phaseId, stage]);

  useEffect(
    () => () => {
      if (timer.current) clearTimeout(timer.current);
      // Leaving the page is a pause too.
      run();
    },
    [run],
  );

  const change = useCallback(
    (working: Working) => {
      pending.current = working;
      remember(keyOf({ phaseId, stage }), JSON.stringify({ ...working, follows: follows.current }));
      setState((now) => (now === "elsewhere" ? now : "waiting"));
      if (timer.current) clearTimeout(timer.current);
      timer.current = setTimeout(run, PAUSE);
    },
    [phaseId, stage, run],
  );

  return {
    state,
    change,
    /** The draft that was found elsewhere has been looked at: the next one follows it. */
    follow: (next: number) => {
      follows.current = next;
      setState("waiting");
    },
    /** Nothing is sent from here on, and what is on its way has arrived. */
    stop: async () => {
      stopped.current = true;
      if (timer.current) clearTimeout(timer.current);
      pending.current = null;
      await running.current;
      remember(keyOf({ phaseId, stage }), null);
    },
    /** The version could not be saved: drafts are kept again. */
    goOn: (working: Working) => {
      stopped.current = false;
      change(working);
    },
  };
}
