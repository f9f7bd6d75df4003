/** The checker on what somebody is typing: asked once they pause, and never shown for a text that is gone. */
import { useEffect, useState } from "react";
import { checkText } from "~/api/phases";
import type { Finding, Stage } from "~/api/types";

/** Long enough that a word is not checked letter by letter, short enough to feel live. */
export const PAUSE = 400;

export type Checked = { findings: readonly Finding[]; state: "checking" | "checked" | "failed" };

export function useCheck(place: { phaseId: string; stage: Stage }, text: string): Checked {
  const { phaseId, stage } = place;
  const [checked, setChecked] = useState<Checked>({ findings: [], state: "checking" });
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      checkText({ phaseId, stage }, text, abort.signal).then(
        (findings) => {
          if (!abort.signal.aborted) setChecked({ findings, state: "checked" });
        },
        () => {
          if (!abort.signal.aborted) setChecked((before) => ({ ...before, state: "failed" }));
        },
      );
    }, PAUSE);
    setChecked((before) => (before.state === "checking" ? before : { ...before, state: "checking" }));
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [phaseId, stage, text]);
  return checked;
}
