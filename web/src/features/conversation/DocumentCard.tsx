/** The card that stands in the chat for a document that Conductor wrote. */
import { FileCheck2, FilePen, FileWarning } from "lucide-react";
import type { MessageDocument, Stage } from "~/api/types";
import { plural } from "~/lib/time";

type Props = {
  title: string;
  stage: Stage;
  document: MessageDocument | null;
  /** The text so far, while it is being written. */
  growing?: string;
  onOpen: (version: number) => void;
};

export function DocumentCard({ title, document, growing, stage, onOpen }: Props) {
  const saved = document?.state === "saved" && typeof document.version === "number";
  const Icon = growing !== undefined ? FilePen : saved ? FileCheck2 : FileWarning;
  return (
    <div className="my-2.5 flex items-center gap-2.5 rounded-sm border border-draft/40 bg-draft-soft px-3 py-2 text-xs">
      <Icon size={16} className="shrink-0 text-draft" aria-hidden />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium text-ink">{title}</span>
        <span className="num block text-2xs text-ink-2">{line(document, growing)}</span>
      </span>
      {saved && document.stage === stage && (
        <button
          type="button"
          className="link shrink-0 font-medium"
          onClick={() => onOpen(document.version ?? 0)}
        >
          Open v{document.version}
        </button>
      )}
    </div>
  );
}

function line(document: MessageDocument | null, growing: string | undefined): string {
  if (growing !== undefined) return `Writing · ${plural(growing.split("\n").length, "line")}`;
  if (!document) return "Not saved";
  switch (document.state) {
    case "saved":
      return `Saved as v${document.version}`;
    case "pending":
      return "Saving…";
    case "set_aside":
      return `Set aside: ${document.reason ?? "the stage does not take it"}`;
    case "incomplete":
      return `Incomplete${document.version ? `, kept as v${document.version}` : ""}: ${document.reason ?? "the reply was cut off"}`;
    default:
      return "";
  }
}
