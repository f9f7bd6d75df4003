/** The part of the brief that the checker writes: what blocks, each a way to its place; what advises is counted. */
import { Link } from "@tanstack/react-router";
import type { Finding, Phase, StageView } from "~/api/types";
import { SeverityIcon } from "~/components/document/FindingList";
import { isBlocking } from "~/lib/findings";
import { plural } from "~/lib/time";
import { Part } from "./ReviewBrief";

type Props = { phase: Phase; view: StageView; findings: readonly Finding[] };

export function BriefFindings({ phase, view, findings }: Props) {
  if (findings.length === 0) return null;
  const blocking = findings.filter(isBlocking);
  const advisory = findings.length - blocking.length;
  return (
    <Part title="What the checker found">
      <ul className="flex flex-col gap-0.5 text-xs">
        {blocking.map((finding) => (
          <li key={finding.id} className="flex items-start gap-1.5">
            <SeverityIcon severity={finding.severity} />
            <Link
              to="/p/$projectKey/phases/$number"
              params={{ projectKey: phase.project_key, number: String(phase.number) }}
              search={{ stage: view.stage, finding: finding.id }}
              className="link min-w-0 break-words"
            >
              {finding.text}
            </Link>
          </li>
        ))}
        {advisory > 0 && <li className="text-ink-2">{plural(advisory, "advisory finding")}</li>}
      </ul>
    </Part>
  );
}
