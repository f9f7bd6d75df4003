/** The server's conditions as sentences: met, not met, or not yet decided. The page computes none of them. */
import { Link } from "@tanstack/react-router";
import { Check, Circle, CircleAlert } from "lucide-react";
import type { Condition, Phase } from "~/api/types";
import { stageName } from "~/lib/stages";

export function Conditions({ phase, conditions }: { phase: Phase; conditions: Condition[] }) {
  return (
    <ul
      className="flex flex-col gap-x-4 gap-y-0.5 text-xs @max-2xl:flex-row @max-2xl:flex-wrap"
      aria-label="Conditions"
    >
      {conditions.map((condition) => (
        <li key={condition.text} className="flex items-start gap-1.5 text-ink-2">
          <Mark ok={condition.ok ?? null} />
          <span>
            <span className={condition.ok === false ? "font-medium text-ink" : ""}>{condition.text}</span>{" "}
            {condition.link && (
              <Link
                to="/p/$projectKey/phases/$number"
                params={{ projectKey: phase.project_key, number: String(phase.number) }}
                search={{
                  stage: condition.link.stage,
                  ...(condition.link.version ? { v: condition.link.version } : {}),
                  ...(condition.link.finding ? { finding: condition.link.finding } : {}),
                }}
                className="link whitespace-nowrap"
              >
                {condition.link.finding ? "Show the first in " : ""}
                {stageName(condition.link.stage)}
                {condition.link.version ? ` v${condition.link.version}` : ""}
              </Link>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Mark({ ok }: { ok: boolean | null }) {
  if (ok === null) return <Circle size={13} className="mt-[3px] shrink-0 text-ink-3" aria-label="waiting:" />;
  return ok ? (
    <Check size={13} className="mt-[3px] shrink-0 text-approved" aria-label="met:" />
  ) : (
    <CircleAlert size={13} className="mt-[3px] shrink-0 text-changes" aria-label="not met:" />
  );
}
