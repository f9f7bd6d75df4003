/** A story of the backlog: what it says, what Conductor would make of it, what it takes, and its thread. */
import { Link } from "@tanstack/react-router";
import { Ban, PenLine, Sparkles, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { closeStory, refineStory } from "~/api/backlog";
import type { Story, StoryVerb } from "~/api/stories";
import { ProblemNotice } from "~/components/ui/Notice";
import { ReasonDialog } from "~/components/ui/ReasonDialog";
import { useShortcuts } from "~/lib/shortcuts";
import { TYPE_WORD } from "~/lib/stories";
import { EditStoryDialog } from "./EditStoryDialog";
import { EnrichmentSection } from "./EnrichmentSection";
import { RefinementSection } from "./RefinementSection";
import { StoryContent } from "./StoryContent";
import { Thread } from "./Thread";
import { useStoryChange } from "./useStory";

export function StoryPage({ story, projectKey }: { story: Story; projectKey: string }) {
  const [asking, setAsking] = useState<"edit" | "close" | null>(null);
  const refine = useStoryChange(story, () => refineStory(story));
  const close = useStoryChange(story, (reason: string) => closeStory(story, reason));
  const may = (verb: StoryVerb) => story.may.includes(verb);
  useShortcuts({ e: () => may("edit") && setAsking("edit") });
  return (
    <div
      className="fine-scroll h-full overflow-y-auto"
      tabIndex={0}
      role="region"
      aria-label={`Story ${story.key}`}
    >
      <div className="mx-auto grid w-full max-w-[1240px] gap-x-10 px-4 py-6 sm:px-6 lg:grid-cols-[minmax(0,1fr)_300px]">
        <div className="min-w-0">
          <p className="flex flex-wrap items-center gap-2 text-ink-3 text-xs">
            <span className="mono text-ink-2">{story.key}</span>
            <span>{TYPE_WORD[story.type]}</span>
            {story.status === "closed" && (
              <b className="rounded-xs bg-well px-1.5 font-medium text-ink-2">Closed</b>
            )}
            <span className="flex-1" />
            {may("refine") && (
              <button
                type="button"
                className="btn"
                disabled={refine.isPending}
                onClick={() => refine.mutate(undefined)}
              >
                <Sparkles size={13} aria-hidden />
                Refine
              </button>
            )}
            {may("edit") && (
              <button type="button" className="btn" aria-keyshortcuts="E" onClick={() => setAsking("edit")}>
                <PenLine size={13} aria-hidden />
                Edit
              </button>
            )}
            {may("close") && (
              <button type="button" className="btn" onClick={() => setAsking("close")}>
                <Ban size={13} aria-hidden />
                Close
              </button>
            )}
          </p>
          <h2 className="mt-2 break-words font-serif text-2xl">{story.title}</h2>
          {story.stale && (
            <p
              data-state="stale"
              className="gate gate-bg mt-2 rounded-sm border-stale border-l-2 px-2.5 py-1.5 text-xs"
            >
              <TriangleAlert size={12} aria-hidden className="mr-1 inline align-[-1px] text-stale" />
              <b className="font-medium">Stale.</b> {story.stale_reason}
            </p>
          )}
          <ProblemNotice error={refine.error} />
          <RefinementSection story={story} />
          <StoryContent words={story} />
          {story.depends_on.length > 0 && (
            <section className="mt-5">
              <h3 className="eyebrow">Depends on</h3>
              <ul className="mt-1 text-sm">
                {story.depends_on.map((dependency) => (
                  <li key={dependency.id}>
                    <Link
                      to="/p/$projectKey/stories/$storyId"
                      params={{ projectKey, storyId: dependency.id }}
                      className="link"
                    >
                      <span className="mono">{dependency.key}</span> {dependency.title}
                    </Link>
                  </li>
                ))}
              </ul>
            </section>
          )}
          <EnrichmentSection story={story} />
        </div>
        <Thread story={story} projectKey={projectKey} />
      </div>
      {asking === "edit" && <EditStoryDialog story={story} onClose={() => setAsking(null)} />}
      {asking === "close" && (
        <ReasonDialog
          title={`Close ${story.key}`}
          description="It leaves the open backlog with your reason and stays readable. Its key is never used again. There is no way back."
          label="Why"
          action="Close story"
          pending="Closing…"
          error={close.error}
          busy={close.isPending}
          onClose={() => setAsking(null)}
          onSubmit={(reason) => close.mutate(reason, { onSuccess: () => setAsking(null) })}
        />
      )}
    </div>
  );
}
