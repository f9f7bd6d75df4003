/** Under the rail, when a phase is over or was something else before: one line that says so, and where its stories are. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Phase } from "~/api/types";
import { plural } from "~/lib/time";
import { PhaseStep } from "./PhaseMenu";

export function PhaseStatusLine({ phase }: { phase: Phase }) {
  const decided = phase.proposals.approved + phase.proposals.rejected;
  const [completing, setCompleting] = useState(false);
  const over = phase.status === "completed" || phase.status === "cancelled";
  const mayComplete = phase.may.includes("complete") && decided > 0;
  if (!over && !mayComplete && !completing) return null;
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-rule border-b bg-well px-4 py-1.5 text-xs">
      <p role="status" className="min-w-0 flex-1 basis-60">
        {over ? (
          <b className="font-medium">
            This phase is {phase.status}. {phase.status === "completed" ? "It" : "Nothing of it is lost; it"}{" "}
            takes no more changes.
          </b>
        ) : (
          "Every proposed story is decided: the phase can be completed."
        )}
      </p>
      {phase.stories > 0 && (
        <Link
          to="/p/$projectKey/backlog"
          params={{ projectKey: phase.project_key }}
          search={{ phase: phase.number }}
          className="link"
        >
          {plural(phase.stories, "story", "stories")} in the backlog
        </Link>
      )}
      {mayComplete && (
        <button type="button" className="btn btn-primary" onClick={() => setCompleting(true)}>
          Complete phase
        </button>
      )}
      {completing && (
        <PhaseStep
          phase={phase}
          step="complete"
          onClose={() => setCompleting(false)}
          onDone={() => setCompleting(false)}
        />
      )}
    </div>
  );
}
