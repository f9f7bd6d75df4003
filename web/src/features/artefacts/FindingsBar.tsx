/** Findings above or below a text: how many at a glance, the list on demand. */
import { ChevronDown, ListChecks } from "lucide-react";
import { useId, useState } from "react";
import type { Finding } from "~/api/types";
import { FindingList } from "~/components/document/FindingList";
import { findingsInWords, isBlocking } from "~/lib/findings";

type Props = {
  findings: readonly Finding[];
  /** Said instead of the count while that is not known. */
  waiting?: string | null;
  /** Whether one of them is pointed at, so that the list is to be seen. */
  pointed?: boolean;
  onShow: (finding: Finding) => void;
};

export function FindingsBar({ findings, waiting = null, pointed = false, onShow }: Props) {
  const [chosen, setChosen] = useState<boolean | null>(null);
  const open = (chosen ?? pointed) && findings.length > 0;
  const list = useId();
  const said = waiting ?? findingsInWords(findings);
  const blocks = findings.some(isBlocking);
  return (
    <section aria-label="Checker" className="shrink-0 border-rule border-b bg-sheet">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={list}
        disabled={findings.length === 0}
        onClick={() => setChosen(!open)}
        className="flex w-full items-center gap-2 px-4 py-1 text-left text-xs outline-offset-[-3px] enabled:hover:bg-well disabled:cursor-default"
      >
        <ListChecks size={13} aria-hidden className={blocks ? "text-changes" : "text-ink-3"} />
        <span className={blocks ? "font-medium text-changes" : "text-ink-2"}>{said}</span>
        <span className="flex-1" />
        {findings.length > 0 && (
          <ChevronDown size={13} aria-hidden className={`text-ink-3 ${open ? "rotate-180" : ""}`} />
        )}
      </button>
      <p role="status" className="sr-only">
        {said}
      </p>
      <div
        id={list}
        hidden={!open}
        className="fine-scroll max-h-[min(16rem,30vh)] overflow-y-auto border-rule border-t"
      >
        <FindingList findings={findings} onShow={onShow} />
      </div>
    </section>
  );
}
