/** One sentence becomes a story at once; Conductor refines it afterwards, and a person reads before and after. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import { addStory, storyQuery } from "~/api/backlog";
import { keys } from "~/api/queries";
import type { Story } from "~/api/stories";
import type { Project } from "~/api/types";
import { ProblemNotice } from "~/components/ui/Notice";
import { recall, remember } from "~/lib/storage";

export function AdHocBox({ project }: { project: Project }) {
  const client = useQueryClient();
  const draft = `draft.adhoc.${project.id}`;
  const [request, setRequest] = useState(() => recall(draft) ?? "");
  const [added, setAdded] = useState<string[]>([]);
  useEffect(() => remember(draft, request || null), [draft, request]);
  const add = useMutation({
    mutationFn: (text: string) => addStory(project.id, text),
    onSuccess: (story) => {
      client.setQueryData(keys.story(story.id), story);
      void client.invalidateQueries({ queryKey: keys.backlog(project.id) });
      void client.invalidateQueries({ queryKey: keys.phases(project.id) });
      setRequest("");
      setAdded((now) => [story.id, ...now]);
    },
  });
  if (!project.roles.includes("sdm")) return null;
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    const text = request.trim();
    if (text && !add.isPending) add.mutate(text);
  };
  return (
    <div className="shrink-0 border-rule border-b bg-sheet px-4 py-3">
      <form onSubmit={submit} className="flex items-start gap-2">
        <textarea
          aria-label="New story, in one sentence"
          placeholder="New story: one sentence is enough; Conductor refines it"
          rows={1}
          maxLength={8000}
          value={request}
          onChange={(event) => setRequest(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            submit();
          }}
          className="field field-sizing-content max-h-40 min-h-8 flex-1 resize-none"
        />
        <button
          type="submit"
          className="btn btn-primary h-8"
          disabled={add.isPending || request.trim() === ""}
        >
          {add.isPending ? "Adding…" : "Add story"}
        </button>
      </form>
      <ProblemNotice error={add.error} />
      {added.length > 0 && (
        <ul className="mt-2 flex flex-col gap-1" aria-label="Just added">
          {added.map((id) => (
            <JustAdded
              key={id}
              id={id}
              projectKey={project.key}
              onClose={() => setAdded((now) => now.filter((one) => one !== id))}
            />
          ))}
        </ul>
      )}
    </div>
  );
}

function JustAdded({ id, projectKey, onClose }: { id: string; projectKey: string; onClose: () => void }) {
  const { data: story } = useQuery(storyQuery(id));
  if (!story) return null;
  return (
    <li className="flex items-center gap-2 rounded-sm bg-well py-0.5 pl-2.5 text-xs">
      <Link
        to="/p/$projectKey/stories/$storyId"
        params={{ projectKey, storyId: id }}
        className="link mono shrink-0"
      >
        {story.key}
      </Link>
      <span className="min-w-0 flex-1 truncate">{story.title}</span>
      <span role="status" className="shrink-0">
        <Progress story={story} projectKey={projectKey} />
      </span>
      <button
        type="button"
        className="btn btn-ghost btn-icon shrink-0"
        aria-label="Dismiss"
        onClick={onClose}
      >
        <X size={13} aria-hidden />
      </button>
    </li>
  );
}

function Progress({ story, projectKey }: { story: Story; projectKey: string }) {
  switch (story.refinement.state) {
    case "queued":
    case "running":
      return <span className="pulse text-draft">Conductor is refining it</span>;
    case "proposed":
      return (
        <Link
          to="/p/$projectKey/stories/$storyId"
          params={{ projectKey, storyId: story.id }}
          className="link font-medium"
        >
          Compare before and after
        </Link>
      );
    case "failed":
      return <span className="text-changes">Not refined; it stays as written</span>;
    default:
      return <span className="text-ink-3">In the backlog</span>;
  }
}
