/** Approving: says exactly what is approved, on what it stands, as whom, and what is recorded. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Binding } from "~/api/phases";
import { hasCode, isProblem } from "~/api/problem";
import { versionQuery } from "~/api/queries";
import type { Brief, Me, Phase, Stage, StageView } from "~/api/types";
import { CopyButton } from "~/components/ui/CopyButton";
import { Dialog, DialogActions } from "~/components/ui/Dialog";
import { Field } from "~/components/ui/Field";
import { ProblemNotice } from "~/components/ui/Notice";
import { rolesInWords, stageName } from "~/lib/stages";
import { shortHash } from "./decision";
import { OpenPoints } from "./OpenPoints";
import { readingTime } from "./ReviewBrief";
import type { Acknowledged } from "./useAcknowledged";
import type { DecisionMutations } from "./useDecisions";

type Props = {
  phase: Phase;
  view: StageView;
  me: Me;
  binding: Binding;
  brief: Brief | null;
  acknowledged: Acknowledged;
  /** What the decision is called: a stale document is reaffirmed. */
  act: "Approve" | "Reaffirm";
  approve: DecisionMutations["approve"];
  onClose: () => void;
  onShowVersion: (version: number) => void;
};

export function ApproveDialog(props: Props) {
  const {
    phase,
    view,
    me,
    binding: current,
    brief,
    acknowledged,
    act,
    approve,
    onClose,
    onShowVersion,
  } = props;
  const [note, setNote] = useState("");
  // What was shown when the dialog opened is what gets signed, whatever arrives meanwhile.
  const [binding] = useState(current);
  const version = useQuery(versionQuery(phase.id, view.stage, binding.version));
  const outdated = current.version !== binding.version || current.upstream_hash !== binding.upstream_hash;
  const newest = isProblem(approve.error) ? approve.error.members.current_version : null;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`${act} ${stageName(view.stage)} v${binding.version}`}
      description={view.effect}
    >
      <dl className="grid grid-cols-[84px_minmax(0,1fr)] gap-y-2 rounded-sm bg-well p-3 text-xs">
        <Row term="Document">
          {version.data?.title ?? "…"}, version {binding.version}
        </Row>
        <Row term="Exact text">
          <span className="flex items-start gap-1">
            <span className="break-all font-mono text-2xs leading-4">sha256 {binding.content_hash}</span>
            <CopyButton text={binding.content_hash} label="Copy the hash" />
          </span>
        </Row>
        <Row term="Stands on">
          <StandsOn on={brief ? brief.stands_on : version.data?.based_on} upstream={binding.upstream_hash} />
        </Row>
        {brief && <Row term="To read">{readingTime(brief)}</Row>}
        <Row term="Signing as">
          {me.name} · {rolesInWords(phase.my_roles)}
        </Row>
        <Row term="Recorded">
          Your name, role, the hashes above, the policy in force, the time, what you acknowledge and your
          note; permanent, and shown in the phase's history
        </Row>
      </dl>
      {brief && brief.open_points.length > 0 && (
        <fieldset className="mt-4">
          <legend className="label mb-1">You acknowledge what the document leaves open</legend>
          <OpenPoints points={brief.open_points} acknowledged={acknowledged} mayTick />
        </fieldset>
      )}
      <Field label="Note (optional)">
        {(control) => (
          <textarea
            {...control}
            value={note}
            onChange={(event) => setNote(event.target.value)}
            rows={2}
            maxLength={2000}
            className="field"
          />
        )}
      </Field>
      {outdated && !approve.isPending && (
        <p role="alert" className="mt-3 text-review text-xs">
          Something changed while this was open. Close it and read v{current.version} before you approve.
        </p>
      )}
      <ProblemNotice error={approve.error}>
        {hasCode(approve.error, "approval-outdated") && typeof newest === "number" && (
          <button
            type="button"
            className="link mt-1 text-xs"
            onClick={() => {
              onClose();
              onShowVersion(newest);
            }}
          >
            Read v{newest}
          </button>
        )}
      </ProblemNotice>
      <DialogActions>
        <button type="button" className="btn" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className={`btn btn-primary ${approve.isPending ? "pulse" : ""}`}
          disabled={approve.isPending || outdated || acknowledged.left.length > 0}
          aria-describedby={acknowledged.left.length > 0 ? "left-open" : undefined}
          onClick={() =>
            approve.mutate(
              { binding, note: note.trim(), acknowledged: acknowledged.ids },
              { onSuccess: onClose },
            )
          }
        >
          {approve.isPending ? "Recording…" : `${act} v${binding.version}`}
        </button>
      </DialogActions>
      {acknowledged.left.length > 0 && (
        <p id="left-open" className="mt-2 text-right text-2xs text-review">
          Tick off {acknowledged.left.join(", ")} first.
        </p>
      )}
    </Dialog>
  );
}

function Row({ term, children }: { term: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{term}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}

type On = { stage: Stage; version: number; content_hash: string; written_on?: number | null };

/** What is approved now; of a stale document also what it was written on. */
function StandsOn({ on, upstream }: { on: On[] | undefined; upstream: string }) {
  if (!on) return <span>…</span>;
  if (on.length === 0) return <span>The phase's brief and the project context; no earlier document</span>;
  return (
    <>
      <ul>
        {on.map((base) => (
          <li key={base.stage}>
            {stageName(base.stage)} v{base.version}{" "}
            {base.written_on && <span className="text-stale">(written on v{base.written_on}) </span>}
            <span className="font-mono text-2xs text-ink-3">{shortHash(base.content_hash)}</span>
          </li>
        ))}
      </ul>
      <span className="break-all font-mono text-2xs text-ink-3">upstream {upstream}</span>
    </>
  );
}
