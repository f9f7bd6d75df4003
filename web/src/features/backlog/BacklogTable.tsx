/** The stories, one line each. Rows that are not fetched yet keep their place. */
import { Link } from "@tanstack/react-router";
import type { BacklogSort } from "~/api/backlog";
import type { StorySummary } from "~/api/stories";
import { Cell, HeadCell, VirtualRows } from "~/components/ui/VirtualRows";
import { When } from "~/components/ui/When";
import { ENRICHMENT_WORD, TYPE_WORD } from "~/lib/stories";
import type { BacklogSearch } from "./search";

type Props = {
  projectKey: string;
  stories: StorySummary[];
  /** All that match, fetched or not. */
  total: number;
  current: number;
  search: BacklogSearch;
  onMove: (index: number) => void;
  onOpen: (index: number) => void;
  onSeen: (last: number) => void;
  onSort: (sort: BacklogSort | undefined) => void;
};

const COLUMNS =
  "grid grid-cols-[76px_minmax(0,1fr)_116px] @2xl:grid-cols-[84px_minmax(0,1fr)_72px_44px_140px_110px] @4xl:grid-cols-[84px_minmax(0,1fr)_72px_44px_120px_minmax(0,220px)_150px_110px]";
const WIDE = "hidden @4xl:block";
const MIDDLE = "hidden @2xl:block";

export function BacklogTable(props: Props) {
  const { projectKey, stories, total, current, search, onMove, onOpen, onSeen, onSort } = props;
  const sort = search.sort ?? "key";
  const head = (name: string, by: BacklogSort[], className = "") => (
    <SortHead name={name} by={by} sort={sort} onSort={onSort} className={className} />
  );
  return (
    <div className="@container flex min-h-0 flex-1 flex-col border-rule border-t">
      <VirtualRows
        label="Stories"
        count={total}
        rowHeight={32}
        keyOf={(index) => stories[index]?.id ?? `later-${index}`}
        current={current}
        columns={COLUMNS}
        onMove={onMove}
        onOpen={onOpen}
        onSeen={onSeen}
        header={
          <>
            {head("Key", ["key", "-key"])}
            {head("Story", ["title"])}
            <HeadCell className={MIDDLE}>Type</HeadCell>
            {head("Pts", ["complexity"], MIDDLE)}
            <HeadCell className={WIDE}>For</HeadCell>
            <HeadCell className={WIDE}>Phase</HeadCell>
            <HeadCell>State</HeadCell>
            {head("Changed", ["updated"], MIDDLE)}
          </>
        }
      >
        {(index) => {
          const story = stories[index];
          return story ? <Row projectKey={projectKey} story={story} /> : <Later />;
        }}
      </VirtualRows>
    </div>
  );
}

type SortHeadProps = {
  name: string;
  /** The orders by this column; a click takes the next. */
  by: BacklogSort[];
  sort: BacklogSort;
  onSort: (sort: BacklogSort) => void;
  className: string;
};

function SortHead({ name, by, sort, onSort, className }: SortHeadProps) {
  const at = by.indexOf(sort);
  const next = by[(at + 1) % by.length];
  const down = sort === "-key" || sort === "updated" || sort === "complexity";
  return (
    <HeadCell sort={at < 0 ? "none" : down ? "descending" : "ascending"} className={className}>
      <button type="button" className="uppercase hover:text-ink" onClick={() => next && onSort(next)}>
        {name}
        {at >= 0 && <span aria-hidden> {down ? "↓" : "↑"}</span>}
      </button>
    </HeadCell>
  );
}

function Row({ projectKey, story }: { projectKey: string; story: StorySummary }) {
  const closed = story.status === "closed";
  return (
    <>
      <Cell className="mono truncate px-2 text-ink-3">{story.key}</Cell>
      <Cell className="min-w-0 truncate px-2 font-medium">
        <Link
          to="/p/$projectKey/stories/$storyId"
          params={{ projectKey, storyId: story.id }}
          tabIndex={-1}
          className={closed ? "text-ink-3 line-through" : ""}
          onClick={(event) => event.stopPropagation()}
        >
          {story.title}
        </Link>
      </Cell>
      <Cell className={`truncate px-2 text-ink-2 text-xs ${MIDDLE}`}>{TYPE_WORD[story.type]}</Cell>
      <Cell className={`num px-2 text-xs ${MIDDLE}`}>
        {story.complexity ?? <span className="text-ink-3">–</span>}
      </Cell>
      <Cell
        className={`mono truncate px-2 text-2xs text-ink-2 ${WIDE}`}
        title={story.requirement_ids.join(" ")}
      >
        {story.requirement_ids.join(" ")}
      </Cell>
      <Cell className={`truncate px-2 text-ink-2 text-xs ${WIDE}`} title={story.phase.title}>
        {story.phase.kind === "adhoc" ? "Ad-hoc" : `${story.phase.number} · ${story.phase.title}`}
      </Cell>
      <Cell className="truncate px-2 text-2xs">
        <StoryState story={story} />
      </Cell>
      <Cell className={`truncate px-2 text-2xs text-ink-3 ${MIDDLE}`}>
        <When at={story.updated_at} />
      </Cell>
    </>
  );
}

/** The one thing about a story that matters most now. */
function StoryState({ story }: { story: StorySummary }) {
  if (story.status === "closed") return <span className="text-ink-3">Closed</span>;
  if (story.refinement_state === "proposed")
    return <b className="font-medium text-review">Refinement to read</b>;
  if (story.refinement_state === "queued" || story.refinement_state === "running")
    return <span className="pulse text-draft">Being refined</span>;
  if (story.stale) return <b className="font-medium text-stale">Stale</b>;
  switch (story.enrichment_state) {
    case "done":
      return <span className="text-approved">{ENRICHMENT_WORD.done}</span>;
    case "failed":
      return <b className="font-medium text-changes">{ENRICHMENT_WORD.failed}</b>;
    case "queued":
    case "running":
      return <span className="text-draft">{ENRICHMENT_WORD[story.enrichment_state]}</span>;
    default:
      return <span className="text-ink-3">{ENRICHMENT_WORD.none}</span>;
  }
}

function Later() {
  return (
    <>
      <Cell className="px-2">
        <span className="block h-3 w-12 rounded-xs bg-well" />
      </Cell>
      <Cell className="px-2">
        <span className="block h-3 w-1/2 rounded-xs bg-well" />
        <span className="sr-only">Loading</span>
      </Cell>
      <Cell />
    </>
  );
}
