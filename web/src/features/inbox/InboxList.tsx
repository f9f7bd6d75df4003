/** What waits for the reader, longest first: what to do, where, and for how long it has waited. */
import { Link } from "@tanstack/react-router";
import type { InboxItem } from "~/api/types";
import { StageMark } from "~/components/ui/Gate";
import { EmptyState } from "~/components/ui/Notice";
import { stageName } from "~/lib/stages";
import { exactly, plural, since } from "~/lib/time";

export function InboxList({ items }: { items: readonly InboxItem[] }) {
  if (items.length === 0) {
    return (
      <EmptyState title="Nothing waits for you">
        What needs your approval, a revision or a decision on stories appears here, from every project you are
        in.
      </EmptyState>
    );
  }
  return (
    <ul className="panel mt-5 divide-y divide-rule overflow-hidden" aria-label="Waiting for you">
      {items.map((item) => (
        <li key={`${item.phase_id}/${item.stage}/${item.what}`}>
          <Row item={item} />
        </li>
      ))}
    </ul>
  );
}

function Row({ item }: { item: InboxItem }) {
  return (
    <Link
      to="/p/$projectKey/phases/$number"
      params={{ projectKey: item.project_key, number: String(item.number) }}
      search={{ stage: item.stage }}
      className="flex items-center gap-3 px-4 py-2.5 hover:bg-well"
    >
      <StageMark stage={item.stage} />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{inWords(item)}</span>
        <span className="block truncate text-ink-3 text-xs">
          <span className="mono">
            {item.project_key} · {item.number}
          </span>{" "}
          {item.title}
        </span>
      </span>
      <time
        dateTime={item.since}
        title={exactly(item.since)}
        className="num shrink-0 text-right text-ink-2 text-xs"
      >
        {WAITS[item.what]} {since(item.since)}
      </time>
    </Link>
  );
}

const WAITS: Record<InboxItem["what"], string> = {
  approve: "in review for",
  reaffirm: "stale for",
  revise: "sent back for",
  analyse: "open for",
  write: "open for",
  converse: "open for",
  generate_stories: "ready for",
  review_stories: "waiting for",
  answer_findings: "open for",
};

/** "Approve Requirements v3". */
export function inWords(item: InboxItem): string {
  const stage = stageName(item.stage);
  const document = item.version ? `${stage} v${item.version}` : stage;
  switch (item.what) {
    case "approve":
      return `Approve ${document}, or request changes`;
    case "reaffirm":
      return `Reaffirm ${document}, or revise it`;
    case "revise":
      return `Revise ${document}`;
    case "analyse":
      return "Write the technical analysis";
    case "write":
      return `Write ${stage}`;
    case "converse":
      return "Talk to Conductor about the scope";
    case "generate_stories":
      return "Have stories proposed";
    case "review_stories":
      return `Decide on ${plural(item.undecided, "proposed story", "proposed stories")}`;
    case "answer_findings":
      return `Answer ${plural(item.undecided, "finding")} against ${document}`;
    default:
      return never(item.what);
  }
}

const never = (what: never): string => String(what);
