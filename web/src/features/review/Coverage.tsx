/** Requirements × proposals: what no story covers comes first; a click shows the stories of a requirement. */
import { Check, CircleAlert, CircleDashed } from "lucide-react";
import type { Coverage as CoverageMatrix, CoverageRow, CoverageState, Proposal } from "~/api/stories";
import type { StoryFinding } from "~/api/types";
import { SeverityIcon } from "~/components/document/FindingList";
import { EmptyState } from "~/components/ui/Notice";
import { SEVERITY_WORD } from "~/lib/findings";
import { COVERAGE_WORD } from "~/lib/stories";
import { plural } from "~/lib/time";

type Props = {
  coverage: CoverageMatrix;
  findings: StoryFinding[];
  proposals: Proposal[];
  reference: string | null;
  onReference: (reference: string | null) => void;
  onProposal: (id: string) => void;
};

export function Coverage({ coverage, findings, proposals, reference, onReference, onProposal }: Props) {
  const titles = new Map(proposals.map((proposal) => [proposal.id, proposal.title]));
  const count = (state: CoverageState) => coverage.items.filter((row) => row.state === state).length;
  if (coverage.items.length === 0) {
    return (
      <EmptyState title="No requirements to cover">
        The documents this phase stands on name none, such as R-1 or N-1.
      </EmptyState>
    );
  }
  return (
    <div className="fine-scroll h-full overflow-y-auto p-4" tabIndex={0} role="region" aria-label="Coverage">
      <p className="num text-ink-2 text-xs" role="status">
        <b className="font-medium text-ink">
          {count("covered")} of {coverage.items.length} covered
        </b>
        {count("partly") > 0 && ` · ${count("partly")} partly`}
        {count("uncovered") > 0 && (
          <span className="font-medium text-changes"> · {count("uncovered")} not covered</span>
        )}
      </p>
      {findings.length > 0 && <SetFindings findings={findings} titles={titles} onProposal={onProposal} />}
      <ul className="panel mt-2 divide-y divide-rule overflow-hidden">
        {coverage.items.map((row) => (
          <li key={row.id}>
            <Requirement
              row={row}
              titles={titles}
              chosen={row.id === reference}
              onChoose={() => onReference(row.id === reference ? null : row.id)}
              onProposal={onProposal}
            />
          </li>
        ))}
      </ul>
      {coverage.dangling.length > 0 && (
        <Dangling dangling={coverage.dangling} titles={titles} onProposal={onProposal} />
      )}
    </div>
  );
}

type SetFindingsProps = Pick<Props, "findings" | "onProposal"> & { titles: Map<string, string> };

/** What the checker says of the stories as a set. */
function SetFindings({ findings, titles, onProposal }: SetFindingsProps) {
  return (
    <ul aria-label="Findings" className="mt-2 flex flex-col gap-1.5">
      {findings.map((finding) => (
        <li key={finding.id} className="flex items-start gap-2 text-xs">
          <SeverityIcon severity={finding.severity} />
          <span className="min-w-0 break-words text-ink">
            <b className="font-medium">{SEVERITY_WORD[finding.severity]}.</b> {finding.text}
            {finding.proposals.map((id) => (
              <button key={id} type="button" className="link ml-2" onClick={() => onProposal(id)}>
                {titles.get(id) ?? "A story that is set aside"}
              </button>
            ))}
          </span>
        </li>
      ))}
    </ul>
  );
}

type RequirementProps = {
  row: CoverageRow;
  titles: Map<string, string>;
  chosen: boolean;
  onChoose: () => void;
  onProposal: (id: string) => void;
};

function Requirement({ row, titles, chosen, onChoose, onProposal }: RequirementProps) {
  return (
    <div className={chosen ? "bg-accent-soft" : ""}>
      <button
        type="button"
        aria-pressed={chosen}
        onClick={onChoose}
        className="flex w-full items-start gap-2 px-3 py-2 text-left outline-offset-[-3px] hover:bg-well"
      >
        <StateIcon state={row.state} />
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <span className="mono shrink-0 text-ink-2">{row.id}</span>
            <span className="min-w-0 flex-1 truncate" title={row.title}>
              {row.title}
            </span>
            {row.priority && <span className="shrink-0 text-2xs text-ink-3">{row.priority}</span>}
          </span>
          <span className="mt-0.5 flex flex-wrap gap-1 text-2xs">
            <span className={row.state === "uncovered" ? "font-medium text-changes" : "text-ink-3"}>
              {COVERAGE_WORD[row.state]}
            </span>
            {row.criteria.map((criterion) => (
              <span
                key={criterion.id}
                className={`mono rounded-xs border px-1 text-2xs ${criterion.covered ? "border-approved/50 text-approved" : "border-rule-2/60 border-dashed text-ink-3"}`}
                title={`${criterion.id}: ${criterion.covered ? "covered" : "not covered"}`}
              >
                {criterion.id}
                <span className="sr-only">{criterion.covered ? " covered" : " not covered"}</span>
              </span>
            ))}
          </span>
        </span>
      </button>
      {row.covered_by.length > 0 && (
        <ul className="pb-1.5 pl-9">
          {row.covered_by.map((id) => (
            <li key={id}>
              <button
                type="button"
                className="block max-w-full truncate pr-3 text-left text-ink-2 text-xs hover:text-ink hover:underline"
                onClick={() => onProposal(id)}
              >
                {titles.get(id) ?? "A story that is set aside"}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

const STATE_ICON = {
  uncovered: <CircleAlert size={14} className="mt-1 shrink-0 text-changes" aria-hidden />,
  partly: <CircleDashed size={14} className="mt-1 shrink-0 text-review" aria-hidden />,
  covered: <Check size={14} className="mt-1 shrink-0 text-approved" aria-hidden />,
} as const satisfies Record<CoverageState, React.ReactNode>;

const StateIcon = ({ state }: { state: CoverageState }) => STATE_ICON[state];

type DanglingProps = Pick<Props, "onProposal"> & {
  dangling: CoverageMatrix["dangling"];
  titles: Map<string, string>;
};

function Dangling({ dangling, titles, onProposal }: DanglingProps) {
  return (
    <section className="mt-5" aria-labelledby="dangling">
      <h3 id="dangling" className="eyebrow text-changes">
        {plural(dangling.length, "trace leads", "traces lead")} nowhere
      </h3>
      <ul className="mt-1 flex flex-col gap-1 text-xs">
        {dangling.map(({ proposal_id, criterion_id, ref }) => (
          <li key={proposal_id + criterion_id + ref} className="flex items-baseline gap-2">
            <span className="mono shrink-0 text-changes">{ref}</span>
            <button
              type="button"
              className="min-w-0 truncate text-left text-ink-2 hover:text-ink hover:underline"
              onClick={() => onProposal(proposal_id)}
            >
              {criterion_id} · {titles.get(proposal_id) ?? "a story that is set aside"}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
