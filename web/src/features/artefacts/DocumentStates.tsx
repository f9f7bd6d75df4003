/** The pane without a saved document: locked and why, nothing yet, or being written this moment. */
import { Link } from "@tanstack/react-router";
import { Lock } from "lucide-react";
import { useEffect, useRef } from "react";
import type { Phase, Stage, StageView } from "~/api/types";
import { Markdown } from "~/components/document/Markdown";
import { EmptyState } from "~/components/ui/Notice";
import { stageName } from "~/lib/stages";

const NEXT_STEP: Record<Stage, string> = {
  requirements:
    "Talk to Conductor: when it knows enough it writes the requirements here, and you read, correct and approve them.",
  technical_analysis:
    "A developer or architect writes it against the live repository and submits it here. Conductor can help to think it through.",
  architecture:
    "Talk to Conductor: it knows the approved requirements and analysis, and drafts the architecture here.",
  stories: "The three documents stand. Stories are generated from them next.",
  scoping:
    "Talk to Conductor about the scope. It may write a one-page note here; the note needs no approval, and after the first reply stories can be generated.",
};

export function DocumentEmpty({ phase, view }: { phase: Phase; view: StageView }) {
  if (view.state === "locked") return <Locked phase={phase} view={view} />;
  return <EmptyState title="No version yet">{NEXT_STEP[view.stage]}</EmptyState>;
}

/** Why a stage is closed, and what would open it. */
export function Locked({ phase, view }: { phase: Phase; view: StageView }) {
  return (
    <div data-state="locked" className="gate gate-bg grid h-full place-items-center p-6">
      <div className="panel max-w-md p-6">
        <p className="flex items-center gap-2 font-serif text-xl">
          <Lock size={18} aria-hidden className="text-locked" />
          {stageName(view.stage)} is locked
        </p>
        <p className="mt-2 text-ink-2">It opens when everything it stands on is approved and current.</p>
        <ul className="mt-3 divide-y divide-rule border-rule border-y">
          {view.blocked_by.map((block) => (
            <li key={block.stage + block.needs} className="flex items-baseline gap-3 py-2">
              <Link
                to="/p/$projectKey/phases/$number"
                params={{ projectKey: phase.project_key, number: String(phase.number) }}
                search={{ stage: block.stage }}
                className="link shrink-0"
              >
                {stageName(block.stage)}
              </Link>
              <span className="text-ink-2 text-xs">{block.needs}</span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

/** Follows the last line while it is written, until somebody scrolls up. */
export function LiveDocument({ title, text }: { title: string; text: string }) {
  const end = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  useEffect(() => {
    const scroller = end.current?.closest("[role=region]");
    if (!scroller) return;
    const onScroll = () => {
      following.current = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
    };
    scroller.addEventListener("scroll", onScroll, { passive: true });
    return () => scroller.removeEventListener("scroll", onScroll);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it follows the text
  useEffect(() => {
    if (following.current) end.current?.scrollIntoView({ block: "end" });
  }, [text]);
  return (
    <div className="mx-auto w-full max-w-[780px] px-5 py-6 sm:px-10" aria-busy="true">
      <p className="eyebrow mb-3 text-draft">Conductor is writing · {title}</p>
      <Markdown text={text} streaming className="doc caret" />
      <div ref={end} className="h-10" />
    </div>
  );
}
