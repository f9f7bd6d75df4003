/** One proposal in full: what it says, why it exists, where it came from. */
import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { Proposal } from "~/api/stories";
import type { Phase } from "~/api/types";
import { Criteria, References } from "~/components/story/Criteria";
import { StandingTag } from "~/components/story/StandingTag";
import { EmptyState } from "~/components/ui/Notice";
import { When } from "~/components/ui/When";
import { TYPE_WORD } from "~/lib/stories";
import { ProposalLineage } from "./ProposalLineage";

type Props = {
  phase: Phase;
  proposal: Proposal | null;
  proposals: Proposal[];
  recording: boolean;
  onProposal: (id: string) => void;
  onRestore: (proposal: Proposal) => void;
};

export function ProposalPanel({ phase, proposal, proposals, recording, onProposal, onRestore }: Props) {
  if (!proposal) return <EmptyState title="No story chosen">Choose a row to read it here.</EmptyState>;
  const titleOf = (id: string) => proposals.find((one) => one.id === id)?.title ?? "a story that is gone";
  return (
    <article
      className="fine-scroll h-full overflow-y-auto p-4"
      tabIndex={0}
      role="region"
      aria-label={`Proposal: ${proposal.title}`}
    >
      <p className="flex flex-wrap items-center gap-2 text-ink-3 text-xs">
        <span>{TYPE_WORD[proposal.type]}</span>
        <StandingTag status={proposal.status} recording={recording} />
        {proposal.edited && <span>edited</span>}
        {proposal.story_id && (
          <Link
            to="/p/$projectKey/stories/$storyId"
            params={{ projectKey: phase.project_key, storyId: proposal.story_id }}
            className="link mono"
          >
            {proposal.story_key ?? "The story"}
          </Link>
        )}
      </p>
      <h2 className="mt-1 break-words font-serif text-xl leading-snug">{proposal.title}</h2>
      <Marks proposal={proposal} onRestore={onRestore} />
      <p className="mt-2 whitespace-pre-wrap break-words text-ink-2 text-sm">
        {proposal.narrative || "No narrative yet."}
      </p>
      <Part title="Acceptance">
        <Criteria criteria={proposal.acceptance_criteria} />
      </Part>
      <Part title="Complexity">
        <p className="mt-0.5 text-sm">
          <b className="num font-medium">{proposal.complexity ?? "Not sized"}</b>
          {proposal.complexity_reason && <span className="text-ink-2"> · {proposal.complexity_reason}</span>}
        </p>
      </Part>
      {proposal.depends_on.length > 0 && (
        <Part title="Depends on">
          <ul className="mt-0.5 text-sm">
            {proposal.depends_on.map((id) => (
              <li key={id}>
                <button type="button" className="link text-left" onClick={() => onProposal(id)}>
                  {titleOf(id)}
                </button>
              </li>
            ))}
          </ul>
        </Part>
      )}
      {proposal.requirement_ids.length + proposal.decision_ids.length > 0 && (
        <Part title="Why this exists">
          <References ids={[...proposal.requirement_ids, ...proposal.decision_ids]} />
        </Part>
      )}
      <Part title="Where it came from">
        <ProposalLineage phase={phase} proposal={proposal} titleOf={titleOf} onProposal={onProposal} />
      </Part>
    </article>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="mt-4">
      <h3 className="eyebrow">{title}</h3>
      {children}
    </section>
  );
}

function Marks({ proposal, onRestore }: Pick<Props, "onRestore"> & { proposal: Proposal }) {
  const { rejection } = proposal;
  return (
    <>
      {proposal.stale && (
        <p
          data-state="stale"
          className="gate gate-bg mt-2 rounded-sm border-stale border-l-2 px-2.5 py-1.5 text-xs"
        >
          <TriangleAlert size={12} aria-hidden className="mr-1 inline align-[-1px] text-stale" />
          <b className="font-medium">Stale.</b> {proposal.stale_reason}
        </p>
      )}
      {rejection && (
        <p className="mt-2 rounded-sm border-rule-2 border-l-2 bg-well px-2.5 py-1.5 text-xs">
          <b className="font-medium">Rejected</b> by {rejection.by.name}, <When at={rejection.at} />:{" "}
          <span className="whitespace-pre-wrap break-words">{rejection.reason}</span>
        </p>
      )}
      {proposal.may.includes("restore") && (
        <button type="button" className="btn mt-2" onClick={() => onRestore(proposal)}>
          Restore
        </button>
      )}
    </>
  );
}
