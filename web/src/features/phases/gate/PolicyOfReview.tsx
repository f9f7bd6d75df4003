/** A review keeps the policy it started under. Where the project has another one now, this says so and lets it be taken. */
import { useState } from "react";
import type { StagePolicy, StageView } from "~/api/types";
import { ReasonDialog } from "~/components/ui/ReasonDialog";
import { rolesInWords, stageName } from "~/lib/stages";
import { plural } from "~/lib/time";
import { ability } from "./decision";
import type { DecisionMutations } from "./useDecisions";

export function PolicyOfReview({ view, decisions }: { view: StageView; decisions: DecisionMutations }) {
  const [asking, setAsking] = useState(false);
  const { policy } = view;
  if (!policy?.now) return null;
  const { now } = policy;
  const restart = ability(view, "restart_review");
  return (
    <p className="mt-1 text-2xs text-ink-2">
      This review keeps policy v{policy.version} ({inWords(policy)}); the project's policy is v{now.version} (
      {inWords(now)}).{" "}
      {restart.can && (
        <button type="button" className="link" onClick={() => setAsking(true)}>
          Restart review
        </button>
      )}
      {asking && (
        <ReasonDialog
          title={`Restart the review of ${stageName(view.stage)} under policy v${now.version}`}
          description={
            <>
              <span className="block">
                From: {inWords(policy)}. To: {inWords(now)}.
              </span>
              <span className="mt-1 block">
                Approvals given so far count no more.
                {now.lowers &&
                  " It asks for less than now, so nobody who wrote what is pending can restart it."}
              </span>
            </>
          }
          action="Restart review"
          pending="Recording…"
          error={decisions.restart.error}
          busy={decisions.restart.isPending}
          onClose={() => {
            setAsking(false);
            decisions.restart.reset();
          }}
          onSubmit={() => decisions.restart.mutate(undefined, { onSuccess: () => setAsking(false) })}
        />
      )}
    </p>
  );
}

const inWords = (policy: StagePolicy): string =>
  `${plural(policy.required_approvals, "approval")} by ${rolesInWords(policy.roles)}${
    policy.author_may_approve ? "" : ", not by an author"
  }`;
