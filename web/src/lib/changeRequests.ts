/** What still asks for a change of a stage's document. */
import type { ChangeRequest, StageView } from "~/api/types";

export const openChangeRequests = ({ gate }: Pick<StageView, "gate">): ChangeRequest[] =>
  gate.kind === "changes_requested" || gate.kind === "in_review" ? gate.change_requests : [];
