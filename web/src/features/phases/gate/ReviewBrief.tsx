/**
 * What one should know before deciding, above the decision: what changed since one last looked, what the document
 * leaves open, what it stands on, who must still approve, how long it takes to read. Every number is the server's.
 * `children` are further parts of the brief, such as what the checker found.
 */
import { Link } from "@tanstack/react-router";
import { ChevronDown, ChevronUp, Clock3, GitCompareArrows } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import type { Brief, Phase, StageView } from "~/api/types";
import { rolesInWords, stageName } from "~/lib/stages";
import { recall, remember } from "~/lib/storage";
import { plural } from "~/lib/time";
import { OpenPoints } from "./OpenPoints";
import type { Acknowledged } from "./useAcknowledged";

type Props = {
  phase: Phase;
  view: StageView;
  brief: Brief;
  acknowledged: Acknowledged;
  /** Whether the reader may approve, and so has something to tick off. */
  mayApprove: boolean;
  children?: ReactNode;
};

const FOLDED = "brief.folded";

export function ReviewBrief({ phase, view, brief, acknowledged, mayApprove, children }: Props) {
  const [open, setOpen] = useState(() => recall(FOLDED) === null && mayApprove && wide());
  const panel = useId();
  const toggle = () => {
    remember(FOLDED, open ? "yes" : null);
    setOpen(!open);
  };
  return (
    <section aria-label={`Before you decide on v${brief.version}`} className="border-rule border-t bg-paper">
      <div className="flex min-h-9 flex-wrap items-center gap-x-4 gap-y-0.5 px-4 py-1 text-xs">
        <button
          type="button"
          className="flex items-center gap-1 font-medium"
          aria-expanded={open}
          aria-controls={panel}
          onClick={toggle}
        >
          {open ? <ChevronDown size={14} aria-hidden /> : <ChevronUp size={14} aria-hidden />}
          Before you decide
        </button>
        <span className="num flex items-center gap-1 text-ink-2">
          <Clock3 size={12} aria-hidden className="text-ink-3" />
          {readingTime(brief)}
        </span>
        <WhatChanged phase={phase} view={view} brief={brief} />
        {brief.open_points.length > 0 && (
          <span className={acknowledged.left.length > 0 && mayApprove ? "text-review" : "text-ink-2"}>
            {openPointsInWords(brief)}
            {mayApprove &&
              ` · ${brief.open_points.length - acknowledged.left.length} of ${brief.open_points.length} acknowledged`}
          </span>
        )}
      </div>
      <div
        id={panel}
        hidden={!open}
        className="fine-scroll grid max-h-[34vh] gap-x-8 gap-y-3 overflow-y-auto px-4 pb-3 @3xl:grid-cols-2"
      >
        {brief.since && brief.since.sections.length > 0 && (
          <Part title={`Changed since v${brief.since.version}`}>
            <ChangedSections phase={phase} view={view} brief={brief} />
          </Part>
        )}
        {brief.open_points.length > 0 && (
          <Part title={mayApprove ? "Acknowledge, one by one" : "Left open"}>
            <OpenPoints points={brief.open_points} acknowledged={acknowledged} mayTick={mayApprove} />
          </Part>
        )}
        {brief.accepted_findings.length > 0 && (
          <Part title="Findings that it has to answer">
            <ul className="flex flex-col gap-0.5 text-xs">
              {brief.accepted_findings.map((finding) => (
                <li key={finding.id} className="break-words">
                  <span className="mono">{finding.ref}</span> {finding.text}{" "}
                  <span className="text-ink-3">· {finding.raised_by.name}</span>
                </li>
              ))}
            </ul>
          </Part>
        )}
        {children}
        <Part title="Stands on">
          <StandsOn phase={phase} brief={brief} />
        </Part>
        <Part title="Who must still approve">
          <Approvers brief={brief} />
        </Part>
      </div>
    </section>
  );
}

/** On a small screen the document comes first; one tap opens the brief. */
const wide = (): boolean =>
  globalThis.matchMedia?.("(min-width: 64rem) and (min-height: 44rem)").matches ?? true;

/** A part of the brief, with its heading. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <h2 className="eyebrow mb-1">{title}</h2>
      {children}
    </div>
  );
}

export function readingTime(brief: Brief): string {
  const { since } = brief;
  const whole = `${plural(brief.words, "word")}, ${brief.reading_minutes} min`;
  if (!since || since.reading_minutes === 0) return whole;
  return `${whole} · what is new: ${since.reading_minutes} min`;
}

function openPointsInWords(brief: Brief): string {
  const count = (kind: string) => brief.open_points.filter((point) => point.kind === kind).length;
  const [assumptions, questions] = [count("assumption"), count("question")];
  return [
    assumptions > 0 ? plural(assumptions, "assumption") : "",
    questions > 0 ? plural(questions, "open question") : "",
  ]
    .filter(Boolean)
    .join(", ");
}

type Where = { phase: Phase; view: StageView; brief: Brief };

function WhatChanged({ phase, view, brief }: Where) {
  const { since } = brief;
  if (!since)
    return (
      <span className="text-ink-2">
        {brief.version === 1
          ? "The first version: read all of it"
          : "You have seen no earlier version: read all of it"}
      </span>
    );
  const because = since.because === "sent_back" ? "which you sent back" : "which you last saw";
  if (since.sections.length === 0)
    return (
      <span className="text-ink-2">
        Word for word as v{since.version}, {because}
      </span>
    );
  return (
    <span className="num text-ink-2">
      {plural(since.sections.length, "section")} changed since v{since.version}, {because}:{" "}
      <span className="text-approved">+{since.added_words}</span>{" "}
      <span className="text-changes">−{since.removed_words}</span> words{" "}
      <Link
        to="/p/$projectKey/phases/$number"
        params={{ projectKey: phase.project_key, number: String(phase.number) }}
        search={{ stage: view.stage, view: "diff", cmp: since.version }}
        className="link ml-1 inline-flex items-center gap-1 whitespace-nowrap"
      >
        <GitCompareArrows size={12} aria-hidden />
        Show what changed
      </Link>
    </span>
  );
}

const SIGN = { added: "+", removed: "−", changed: "~", same: "" } as const;
const WORD = { added: "new", removed: "gone", changed: "changed", same: "the same" } as const;

function ChangedSections({ phase, view, brief }: Where) {
  const { since } = brief;
  if (!since) return null;
  return (
    <ul className="flex flex-col gap-0.5 text-xs">
      {since.sections.map((section, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two sections may have one heading
        <li key={index} className="flex items-baseline gap-2">
          <span className="w-3 shrink-0 font-mono text-ink-3">
            <span aria-hidden>{SIGN[section.kind]}</span>
            <span className="sr-only">{WORD[section.kind]}: </span>
          </span>
          <Link
            to="/p/$projectKey/phases/$number"
            params={{ projectKey: phase.project_key, number: String(phase.number) }}
            search={{ stage: view.stage, view: "diff", cmp: since.version, at: section.heading || undefined }}
            className="link min-w-0 truncate"
          >
            {section.heading || "Before the first heading"}
          </Link>
          <span className="num shrink-0 text-2xs text-ink-3">
            {plural(section.changes, "change")} · +{section.added_words} −{section.removed_words}
          </span>
        </li>
      ))}
    </ul>
  );
}

function StandsOn({ phase, brief }: { phase: Phase; brief: Brief }) {
  if (brief.stands_on.length === 0)
    return (
      <p className="text-ink-2 text-xs">The phase's brief and the project context; no earlier document</p>
    );
  return (
    <ul className="flex flex-col gap-0.5 text-xs">
      {brief.stands_on.map((on) => (
        <li key={on.stage}>
          <Link
            to="/p/$projectKey/phases/$number"
            params={{ projectKey: phase.project_key, number: String(phase.number) }}
            search={{ stage: on.stage, v: on.version }}
            className="link"
          >
            {stageName(on.stage)} v{on.version}
          </Link>
          {on.written_on ? (
            <span className="text-stale"> · written on v{on.written_on}; read what moved</span>
          ) : (
            <span className="text-ink-3"> · approved</span>
          )}
        </li>
      ))}
    </ul>
  );
}

function Approvers({ brief }: { brief: Brief }) {
  const { approvals } = brief;
  const could = approvals.could.map((person) => person.name).join(", ");
  return (
    <div className="text-ink-2 text-xs">
      {approvals.given.length > 0 && (
        <p>Approved by {approvals.given.map((person) => person.name).join(", ")}</p>
      )}
      <p>
        <b className="font-medium text-ink">
          {approvals.missing} of {approvals.required}
        </b>{" "}
        still to come, by {rolesInWords(approvals.roles)}
        {could ? `: ${could}` : "; nobody in the project can give it now"}
      </p>
    </div>
  );
}
