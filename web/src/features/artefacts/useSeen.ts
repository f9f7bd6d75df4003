/**
 * Tells the server that a version's text was on screen, so that the next one is shown against it. On screen means:
 * loaded, in a tab that is looked at, in a pane that is not hidden behind another.
 */
import { type RefCallback, useCallback, useEffect, useRef, useState } from "react";
import { markSeen } from "~/api/phases";
import type { Stage } from "~/api/types";

/** A glance while paging through versions is no reading. */
const LONG_ENOUGH = 1_200;

export function useSeen(
  { phaseId, stage }: { phaseId: string; stage: Stage },
  version: number | null,
): RefCallback<HTMLElement> {
  const [visible, setVisible] = useState(false);
  const told = useRef(new Set<number>());
  const watch = useCallback((element: HTMLElement | null) => {
    if (!element || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver((entries) =>
      setVisible(entries.some((entry) => entry.isIntersecting)),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (version === null || !visible || told.current.has(version)) return;
    const timer = setTimeout(() => {
      if (document.visibilityState !== "visible") return;
      told.current.add(version);
      // A mark that was not kept costs a larger comparison next time, and nothing else.
      markSeen({ phaseId, stage }, version).catch(() => told.current.delete(version));
    }, LONG_ENOUGH);
    return () => clearTimeout(timer);
  }, [phaseId, stage, version, visible]);
  return watch;
}
