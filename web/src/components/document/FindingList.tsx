/** What the checker says of a document: each finding a sentence with its place, and a way there. */
import { Info, OctagonAlert } from "lucide-react";
import type { Finding } from "~/api/types";
import { inOrderOfWeight, isBlocking, placeInWords, SEVERITY_WORD } from "~/lib/findings";

type Props = { findings: readonly Finding[]; onShow: (finding: Finding) => void };

export function FindingList({ findings, onShow }: Props) {
  return (
    <ul className="divide-y divide-rule" aria-label="Findings">
      {inOrderOfWeight(findings).map((finding) => (
        <li key={finding.id}>
          <button
            type="button"
            onClick={() => onShow(finding)}
            className="flex w-full items-start gap-2 px-4 py-1.5 text-left text-xs outline-offset-[-3px] hover:bg-well"
          >
            <SeverityIcon severity={finding.severity} />
            <span className="min-w-0 flex-1">
              <span className="num text-2xs text-ink-3">
                <b className={`font-medium ${isBlocking(finding) ? "text-changes" : "text-ink-2"}`}>
                  {SEVERITY_WORD[finding.severity]}
                </b>{" "}
                · {placeInWords(finding)}
              </span>
              <span className="block break-words text-ink">{finding.text}</span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

export function SeverityIcon({ severity }: { severity: Finding["severity"] }) {
  return severity === "blocking" ? (
    <OctagonAlert size={14} className="mt-0.5 shrink-0 text-changes" aria-hidden />
  ) : (
    <Info size={14} className="mt-0.5 shrink-0 text-review" aria-hidden />
  );
}
