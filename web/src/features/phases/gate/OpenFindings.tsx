/** How many findings against what is approved wait for an answer; they stand beside the text. */
import { Flag } from "lucide-react";
import type { StageView } from "~/api/types";
import { plural } from "~/lib/time";

export function OpenFindings({ view }: { view: StageView }) {
  if (view.open_findings === 0) return null;
  const may = view.may.includes("accept_finding");
  return (
    <p className="mb-1 text-xs">
      <Flag size={13} aria-hidden className="mr-1.5 inline align-[-2px] text-changes" />
      <b className="font-medium">
        {plural(view.open_findings, "finding")} {view.open_findings === 1 ? "waits" : "wait"} for an answer
      </b>{" "}
      <span className="text-ink-2">
        {may
          ? "Accept or decline each beside the text."
          : "Whoever decides at this gate accepts or declines each."}
      </span>
    </p>
  );
}
