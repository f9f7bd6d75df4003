/** Edits a story of the backlog; somebody else's change in between is never overwritten. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { backlogQuery, editStory } from "~/api/backlog";
import { hasCode } from "~/api/problem";
import type { Story, StoryDraft } from "~/api/stories";
import type { Dependable } from "~/components/story/DependsOnEditor";
import { StoryForm } from "~/components/story/StoryForm";
import { Dialog } from "~/components/ui/Dialog";
import { changes, toDraft } from "~/lib/stories";
import { useStoryChange } from "./useStory";

export function EditStoryDialog({ story, onClose }: { story: Story; onClose: () => void }) {
  const [base, setBase] = useState(story);
  const before = toDraft(
    base,
    base.depends_on.map((one) => one.id),
  );
  const save = useStoryChange(story, ({ of, change }: { of: Story; change: Partial<StoryDraft> }) =>
    editStory(of, change),
  );
  const dependables = useDependables(story);
  const submit = (draft: StoryDraft) => {
    const change = changes(before, draft);
    if (Object.keys(change).length === 0) onClose();
    else save.mutate({ of: base, change }, { onSuccess: onClose });
  };
  const newer = story.version > base.version;
  return (
    <Dialog open onOpenChange={onClose} title={`Edit ${story.key}`} wide>
      <StoryForm
        draft={before}
        dependables={dependables}
        action="Save"
        busy={save.isPending}
        error={save.error}
        remedy={
          newer &&
          !hasCode(save.error, "invalid") && (
            <button
              type="button"
              className="btn mt-2"
              onClick={() => {
                setBase({ ...base, version: story.version });
                save.reset();
              }}
            >
              Keep my words, to be saved over the newer ones
            </button>
          )
        }
        onCancel={onClose}
        onSubmit={submit}
      />
    </Dialog>
  );
}

/** The newest open stories, and those it depends on already. */
export function useDependables(story: Story): Dependable[] {
  const { data } = useInfiniteQuery(backlogQuery(story.project_id, { status: "open", sort: "-key" }));
  const label = ({ key, title }: { key: string; title: string }) => `${key} ${title}`;
  const own = story.depends_on.map((one) => ({ id: one.id, label: label(one) }));
  const others = (data?.pages.flatMap((page) => page.items) ?? [])
    .filter((one) => one.id !== story.id && !own.some((known) => known.id === one.id))
    .map((one) => ({ id: one.id, label: label(one) }));
  return [...own, ...others];
}
