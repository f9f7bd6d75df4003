/** Why an artefact is stale: what moved under it, why, and a comparison of the two. */
import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import type { Phase, StageView } from "~/api/types";
import { stageName } from "~/lib/stages";

export function StaleCause({ phase, view }: { phase: Phase; view: StageView }) {
  if (view.gate.kind !== "stale" || !view.gate.cause) return null;
  const { stage, from_version: from, to_version: to, reason } = view.gate.cause;
  const waits = view.blocked_by.length > 0;
  return (
    <p className="mb-1 text-xs">
      <TriangleAlert size={13} aria-hidden className="mr-1.5 inline align-[-2px] text-stale" />
      <b className="font-medium">
        {stageName(stage)} {to ? "moved" : "was opened again"}
        {from && to && from !== to ? `: v${from} → v${to}` : ""}
      </b>{" "}
      “{reason}”{" "}
      {from && to && from !== to ? (
        <Link
          to="/p/$projectKey/phases/$number"
          params={{ projectKey: phase.project_key, number: String(phase.number) }}
          search={{ stage, view: "diff", v: to, cmp: from }}
          className="link whitespace-nowrap"
        >
          Compare v{from} with v{to}
        </Link>
      ) : null}{" "}
      <span className="text-ink-2">
        {waits
          ? `Once it is approved again, reaffirm v${view.gate.version} or revise it.`
          : `Reaffirm v${view.gate.version} as it is, or revise it: edit it, or write to Conductor.`}
      </span>
    </p>
  );
}
