/** The findings of the version on screen, and the way to the place of one. */
import { type RefObject, useEffect, useRef } from "react";
import type { Artefact, Finding } from "~/api/types";
import { useDiagramFindings } from "~/components/document/broken";
import { showLine } from "~/components/document/lines";

type Given = {
  artefact: Artefact | undefined;
  /** The version on screen. */
  shown: number | null;
  /** The finding that the address names. */
  finding: string | null;
  /** Its source. */
  markdown: string;
  text: RefObject<HTMLDivElement | null>;
  /** Whether the text is there. */
  ready: boolean;
};

const NONE: readonly Finding[] = [];

export function useFindings({ artefact, shown, finding, markdown, text, ready }: Given) {
  // Only the latest version is checked; an older one was what it was.
  const checked = artefact?.latest?.version === shown ? artefact.findings : NONE;
  const diagrams = useDiagramFindings(markdown);
  const findings = [...checked, ...diagrams];
  const line = findings.find(({ id }) => id === finding)?.place.line ?? null;
  const pointedAt = useRef<string | null>(null);
  useEffect(() => {
    // Once for each version: what is being read is not moved because something else changed.
    const place = `${finding} v${shown}`;
    if (!ready || line === null || !text.current || pointedAt.current === place) return;
    pointedAt.current = place;
    showLine(text.current, line);
  }, [ready, line, text, finding, shown]);
  return {
    findings,
    show: ({ place }: Finding) => {
      if (text.current) showLine(text.current, place.line);
    },
  };
}
