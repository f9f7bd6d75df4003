/** Where a proposal came from: who generated it from which versions, what it was split from or merged of. */
import { Link } from "@tanstack/react-router";
import type { Proposal } from "~/api/stories";
import type { Phase } from "~/api/types";
import { When } from "~/components/ui/When";
import { stageName } from "~/lib/stages";

type Props = {
  phase: Phase;
  proposal: Proposal;
  titleOf: (id: string) => string;
  onProposal: (id: string) => void;
};

export function ProposalLineage({ phase, proposal, titleOf, onProposal }: Props) {
  const { lineage } = proposal;
  const to = { projectKey: phase.project_key, number: String(phase.number) };
  const relatives: [word: string, ids: string[]][] = [
    ["Split from", lineage.split_from ? [lineage.split_from] : []],
    ["Split into", lineage.split_into],
    ["Merged of", lineage.merged_from],
    ["Merged into", lineage.merged_into ? [lineage.merged_into] : []],
  ];
  return (
    <ul className="mt-0.5 flex flex-col gap-0.5 text-ink-2 text-xs">
      <li>
        Proposed by Conductor
        {lineage.generated_by &&
          ` (${lineage.generated_by.adapter === "guided" ? "guided" : lineage.generated_by.model})`}
        {lineage.based_on.length > 0 && " from "}
        {lineage.based_on.map((base, index) => (
          <span key={base.stage}>
            {index > 0 && ", "}
            <Link
              to="/p/$projectKey/phases/$number"
              params={to}
              search={{ stage: base.stage, v: base.version }}
              className="link"
            >
              {stageName(base.stage)} v{base.version}
            </Link>
          </span>
        ))}
        {lineage.turn_id && (
          <>
            {lineage.based_on.length > 0 ? " and " : " from "}
            <Link
              to="/p/$projectKey/phases/$number"
              params={to}
              search={{ stage: lineage.based_on.at(-1)?.stage ?? "scoping" }}
              className="link"
            >
              the conversation
            </Link>
          </>
        )}
      </li>
      {relatives.map(
        ([word, ids]) =>
          ids.length > 0 && (
            <li key={word}>
              {word}{" "}
              {ids.map((id, index) => (
                <span key={id}>
                  {index > 0 && ", "}
                  <button type="button" className="link text-left" onClick={() => onProposal(id)}>
                    {titleOf(id)}
                  </button>
                </span>
              ))}
            </li>
          ),
      )}
      {lineage.edited_by.length > 0 && (
        <li>Edited by {lineage.edited_by.map((person) => person.name).join(", ")}</li>
      )}
      <li className="text-ink-3">
        v{proposal.version} · <When at={proposal.updated_at} />
      </li>
    </ul>
  );
}
