/** What became of a proposal, in the marks of the gates. */

import type { ProposalStatus } from "~/api/stories";
import { GateIcon } from "~/components/ui/Gate";
import { STANDING } from "~/lib/stories";

export function StandingTag({ status, recording = false }: { status: ProposalStatus; recording?: boolean }) {
  const { word, mark } = STANDING[status];
  return (
    <span
      data-state={mark}
      className={`gate gate-bg gate-fg inline-flex h-5 items-center gap-1 rounded-xs px-1.5 font-medium text-2xs ${recording ? "pulse" : ""}`}
    >
      {status === "proposed" || status === "approved" ? <GateIcon state={mark} size={11} /> : null}
      {recording ? "Recording…" : word}
    </span>
  );
}
