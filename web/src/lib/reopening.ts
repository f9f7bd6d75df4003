/** What reopening a stage does to the rest of its phase, in words and by name, before anybody confirms it. */
import type { Phase, Stage } from "~/api/types";
import { stageName } from "./stages";
import { plural } from "./time";

export function reopeningInWords(phase: Phase, stage: Stage): string {
  const place = phase.stages.findIndex((view) => view.stage === stage);
  const later = phase.stages.slice(place + 1);
  const stale = later.filter((view) => view.state === "approved" && view.kind === "approval");
  const already = later.filter((view) => view.state === "stale");
  const locked = later.filter((view) => ["open", "in_review", "changes_requested"].includes(view.state));
  const made = [
    ...(phase.proposals.proposed > 0 ? [`${plural(phase.proposals.proposed, "proposal")} in review`] : []),
    ...(phase.stories > 0 ? [`${plural(phase.stories, "story", "stories")} in the backlog`] : []),
  ];
  return [
    "A new cycle begins: the document can be changed again.",
    stale.length > 0
      ? `${stale.map((view) => `${stageName(view.stage)} v${view.approved_version}`).join(" and ")} ${stale.length > 1 ? "become" : "becomes"} stale, until reaffirmed or revised.`
      : already.length > 0
        ? `${already.map((view) => stageName(view.stage)).join(" and ")} ${already.length > 1 ? "stay" : "stays"} stale.`
        : "Nothing else was approved on it.",
    ...(locked.length > 0
      ? [
          `${locked.map((view) => stageName(view.stage)).join(" and ")} ${locked.length > 1 ? "are" : "is"} locked until then.`,
        ]
      : []),
    ...(made.length > 0 ? [`${made.join(" and ")} may have come from it; what did is marked stale.`] : []),
    "Nothing is deleted, and your reason is kept.",
  ].join(" ");
}
