/** One finding beside the text: what is wrong, the code that shows it, and its answer. */
import { Flag } from "lucide-react";
import { useState } from "react";
import type { Phase, RaisedFinding } from "~/api/types";
import { ProblemNotice } from "~/components/ui/Notice";
import { ReasonDialog } from "~/components/ui/ReasonDialog";
import { When } from "~/components/ui/When";
import { reopeningInWords } from "~/lib/reopening";
import { stageName } from "~/lib/stages";
import type { FindingMutations } from "./useFindings";

type Props = {
  phase: Phase;
  finding: RaisedFinding;
  /** Whether what it is about is on the page. */
  found: boolean;
  mutations: FindingMutations;
  onShow: () => void;
};

const STATE: Record<RaisedFinding["state"], string> = {
  open: "waits for an answer",
  accepted: "accepted",
  declined: "declined",
};

export function FindingCard({ phase, finding, found, mutations, onShow }: Props) {
  const answered = finding.state !== "open";
  const [open, setOpen] = useState(!answered);
  const [asking, setAsking] = useState<"accept" | "decline" | null>(null);
  return (
    <article
      aria-label={`Finding of ${finding.raised_by.name} against ${finding.ref}`}
      className={`border-l-2 bg-paper px-2.5 py-2 text-xs ${answered ? "border-rule" : "border-changes"}`}
    >
      <header className="flex items-baseline justify-between gap-2">
        <b className="min-w-0 truncate font-medium text-ink">{finding.raised_by.name}</b>
        <span className="shrink-0 text-2xs text-ink-3">
          {STATE[finding.state]} · v{finding.version}
        </span>
      </header>
      <p className="flex flex-wrap items-center gap-x-1.5 text-ink-2">
        <Flag size={12} aria-hidden className={answered ? "text-ink-3" : "text-changes"} />
        Finding, {finding.severity}, against
        {found ? (
          <button type="button" className="link mono" onClick={onShow}>
            {finding.ref}
          </button>
        ) : (
          <span>
            <span className="mono">{finding.ref}</span>{" "}
            <span className="text-2xs">, which is gone from this version</span>
          </span>
        )}
      </p>
      <p className={`break-words text-ink ${open ? "whitespace-pre-wrap" : "truncate"}`}>{finding.text}</p>
      {open && (
        <>
          {finding.evidence.length > 0 && (
            <ul aria-label="Code that shows it" className="mt-0.5">
              {finding.evidence.map((place) => (
                <li key={place} className="break-all font-mono text-2xs text-ink-3">
                  {place}
                </li>
              ))}
            </ul>
          )}
          <p className="text-2xs text-ink-3">
            <When at={finding.at} />
          </p>
          <AnswerOf finding={finding} />
        </>
      )}
      {finding.may.length > 0 && (
        <p className="mt-1 flex flex-wrap gap-x-3">
          {finding.may.includes("accept_finding") && (
            <button type="button" className="link" onClick={() => setAsking("accept")}>
              Accept
            </button>
          )}
          {finding.may.includes("decline_finding") && (
            <button type="button" className="link" onClick={() => setAsking("decline")}>
              Decline
            </button>
          )}
        </p>
      )}
      {answered && (
        <button type="button" className="link mt-0.5" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Fold" : "Show with its answer"}
        </button>
      )}
      {asking && (
        <AnswerDialog {...{ phase, finding, mutations }} how={asking} onClose={() => setAsking(null)} />
      )}
      {!asking && mutations.accept.variables === finding.id && (
        <ProblemNotice error={mutations.accept.error} />
      )}
    </article>
  );
}

function AnswerOf({ finding }: { finding: RaisedFinding }) {
  const { answer } = finding;
  if (!answer) return null;
  return (
    <p className="mt-1 break-words text-ink-2">
      {finding.state === "accepted" ? "Accepted" : "Declined"} by {answer.by.name}, <When at={answer.at} />
      {answer.reason ? `: ${answer.reason}` : "."}
      {finding.settled_in ? ` Settled in v${finding.settled_in}.` : ""}
    </p>
  );
}

type AnswerProps = Pick<Props, "phase" | "finding" | "mutations"> & {
  how: "accept" | "decline";
  onClose: () => void;
};

function AnswerDialog({ phase, finding, mutations, how, onClose }: AnswerProps) {
  const { accept, decline } = mutations;
  const stage = stageName(finding.stage);
  const view = phase.stages.find((candidate) => candidate.stage === finding.stage);
  const reopens = view?.state === "approved" || view?.state === "stale";
  const close = () => {
    accept.reset();
    decline.reset();
    onClose();
  };
  if (how === "accept")
    return (
      <ReasonDialog
        title={`Accept the finding against ${finding.ref}`}
        description={
          <>
            <q className="font-serif italic">{finding.text}</q>{" "}
            {reopens
              ? `${stage} is opened again, with the finding as the reason. ${reopeningInWords(phase, finding.stage)}`
              : `${stage} is open already: the next version has to answer it.`}
          </>
        }
        action={reopens ? `Accept and reopen ${stage}` : "Accept"}
        pending="Recording…"
        error={accept.error}
        busy={accept.isPending}
        onClose={close}
        onSubmit={() => accept.mutate(finding.id, { onSuccess: close })}
      />
    );
  return (
    <ReasonDialog
      title={`Decline the finding against ${finding.ref}`}
      description={`${stage} stays as it is. ${finding.raised_by.name} reads your reason, which is kept with the finding.`}
      label="Why it stands as it is"
      action="Decline"
      pending="Recording…"
      error={decline.error}
      busy={decline.isPending}
      onClose={close}
      onSubmit={(reason) => decline.mutate({ id: finding.id, reason }, { onSuccess: close })}
    />
  );
}
