/** The backlog of a project: one sentence adds to it, filters and order are in the address, ten thousand rows scroll. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { backlogQuery } from "~/api/backlog";
import type { PhaseSummary, Project } from "~/api/types";
import { EmptyState, ProblemNotice, Skeleton } from "~/components/ui/Notice";
import { useShortcuts } from "~/lib/shortcuts";
import { AdHocBox } from "./AdHocBox";
import { BacklogFilters } from "./BacklogFilters";
import { BacklogTable } from "./BacklogTable";
import { type BacklogSearch, filterOf, isFiltered } from "./search";

type Props = {
  project: Project;
  phases: PhaseSummary[];
  search: BacklogSearch;
  onSearch: (search: BacklogSearch) => void;
};

export function Backlog({ project, phases, search, onSearch }: Props) {
  const navigate = useNavigate();
  const filter = useMemo(() => filterOf(search, phases), [search, phases]);
  const pages = useInfiniteQuery({
    ...backlogQuery(project.id, filter),
    placeholderData: (before) => before,
  });
  const stories = useMemo(() => pages.data?.pages.flatMap((page) => page.items) ?? [], [pages.data]);
  const total = pages.data?.pages.at(-1)?.total ?? 0;
  const [current, setCurrent] = useState(-1);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  const onSeen = useCallback(
    (last: number) => {
      if (hasNextPage && !isFetchingNextPage && last >= stories.length - 60) void fetchNextPage();
    },
    [hasNextPage, isFetchingNextPage, fetchNextPage, stories.length],
  );
  const open = (index: number) => {
    const story = stories[index];
    if (!story) return;
    void navigate({
      to: "/p/$projectKey/stories/$storyId",
      params: { projectKey: project.key, storyId: story.id },
    });
  };
  const move = (index: number) => setCurrent(Math.max(0, Math.min(stories.length - 1, index)));
  useShortcuts({
    j: () => move(current + 1),
    k: () => move(current - 1),
    o: () => open(current),
  });
  return (
    <div className="flex h-full flex-col">
      <AdHocBox project={project} />
      <BacklogFilters
        projectId={project.id}
        phases={phases}
        search={search}
        filter={filter}
        total={pages.data ? total : null}
        onSearch={(next) => {
          setCurrent(-1);
          onSearch(next);
        }}
      />
      {pages.error && (
        <div className="px-4 pb-2">
          <ProblemNotice error={pages.error} />
        </div>
      )}
      {pages.isPending ? (
        <Skeleton lines={8} className="p-4" />
      ) : stories.length > 0 ? (
        <BacklogTable
          projectKey={project.key}
          stories={stories}
          total={Math.max(total, stories.length)}
          current={current}
          search={search}
          onMove={move}
          onOpen={open}
          onSeen={onSeen}
          onSort={(sort) => onSearch({ ...search, sort })}
        />
      ) : pages.data && isFiltered(search) ? (
        <EmptyState title="No story matches">
          <button type="button" className="btn mt-2" onClick={() => onSearch({})}>
            Show all stories
          </button>
        </EmptyState>
      ) : (
        pages.data && (
          <EmptyState title="The backlog is empty">
            Stories come from the review of a phase, once an SDM approves them; or from one sentence above.
          </EmptyState>
        )
      )}
    </div>
  );
}
