/** Changes to a story: the answer is the whole story, which replaces the cached one. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { keys } from "~/api/queries";
import type { Story } from "~/api/stories";

export function useStoryChange<Input>(story: Story, change: (input: Input) => Promise<Story>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (next) => {
      client.setQueryData(keys.story(next.id), next);
      void client.invalidateQueries({ queryKey: keys.backlog(next.project_id) });
    },
    // A refusal means that what was shown is no longer so: show what is.
    onError: () => void client.invalidateQueries({ queryKey: keys.story(story.id) }),
  });
}
