/** What Conductor would make of a story, beside what it is: nothing changes until a person accepts. */
import { Check, PenLine, RotateCcw, X } from "lucide-react";
import { useState } from "react";
import { acceptRefinement, refineStory, refuseRefinement } from "~/api/backlog";
import type { Refinement, Story, StoryDraft } from "~/api/stories";
import { StoryForm } from "~/components/story/StoryForm";
import { Dialog, FormActions } from "~/components/ui/Dialog";
import { Field } from "~/components/ui/Field";
import { ProblemNotice } from "~/components/ui/Notice";
import { readForm } from "~/lib/form";
import { changes, toDraft } from "~/lib/stories";
import { BeforeAfter } from "./BeforeAfter";
import { useDependables } from "./EditStoryDialog";
import { useStoryChange } from "./useStory";

export function RefinementSection({ story }: { story: Story }) {
  const retry = useStoryChange(story, () => refineStory(story));
  const { refinement } = story;
  switch (refinement.state) {
    case "queued":
    case "running":
      return (
        <p role="status" className="mt-3 flex items-center gap-2 rounded-sm bg-draft-soft px-3 py-2 text-xs">
          <span aria-hidden className="pulse size-1.5 rounded-full bg-draft" />
          Conductor is refining this story. It stays as it is until you accept.
        </p>
      );
    case "failed":
      return (
        <div
          role="status"
          className="mt-3 rounded-sm border-changes border-l-2 bg-changes-soft px-3 py-2 text-xs"
        >
          <p>
            <b className="font-medium">It was not refined; it stays as written.</b>{" "}
            {refinement.failure?.detail}
          </p>
          {story.may.includes("refine") && (
            <button
              type="button"
              className="btn mt-1.5"
              disabled={retry.isPending}
              onClick={() => retry.mutate(undefined)}
            >
              <RotateCcw size={13} aria-hidden />
              Try again
            </button>
          )}
          <ProblemNotice error={retry.error} />
        </div>
      );
    case "proposed":
      return refinement.proposed ? <Proposed story={story} refinement={refinement} /> : null;
    case "none":
    case "accepted":
    case "refused":
      return null;
    default:
      return refinement.state satisfies never;
  }
}

function Proposed({ story, refinement }: { story: Story; refinement: Refinement }) {
  const [asking, setAsking] = useState<"edit" | "refuse" | null>(null);
  const accept = useStoryChange(story, (edited: Partial<StoryDraft>) => acceptRefinement(story, edited));
  const refuse = useStoryChange(story, (reason: string) => refuseRefinement(story, reason));
  const after = refinement.proposed;
  const mayDecide = story.may.some((verb) => verb === "accept_refinement" || verb === "refuse_refinement");
  if (!after) return null;
  return (
    <section aria-labelledby="refinement" className="panel mt-4 p-4">
      <h3 id="refinement" className="font-serif text-xl">
        Conductor's refinement
      </h3>
      <p className="mt-0.5 text-ink-3 text-xs">Nothing changes until it is accepted.</p>
      <BeforeAfter before={refinement.before ?? story} after={after} />
      {refinement.questions.length > 0 && (
        <div className="mt-4">
          <h4 className="eyebrow">What Conductor could not know</h4>
          <ul className="mt-1 list-disc pl-5 text-sm">
            {refinement.questions.map((question) => (
              <li key={question}>{question}</li>
            ))}
          </ul>
        </div>
      )}
      <ProblemNotice error={accept.error} />
      {mayDecide && (
        <div className="mt-4 flex flex-wrap gap-2">
          <button
            type="button"
            className="btn btn-primary"
            disabled={accept.isPending}
            onClick={() => accept.mutate({})}
          >
            <Check size={13} aria-hidden />
            {accept.isPending ? "Accepting…" : "Accept"}
          </button>
          <button type="button" className="btn" onClick={() => setAsking("edit")}>
            <PenLine size={13} aria-hidden />
            Edit, then accept
          </button>
          <button type="button" className="btn" onClick={() => setAsking("refuse")}>
            <X size={13} aria-hidden />
            Refuse
          </button>
        </div>
      )}
      {asking === "edit" && (
        <EditRefinement
          story={story}
          refinement={refinement}
          accept={accept}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === "refuse" && (
        <Dialog
          open
          onOpenChange={() => setAsking(null)}
          title="Refuse the refinement"
          description="The story stays as it is."
        >
          <form onSubmit={(event) => refuse.mutate(readForm(event, ["reason"]).reason)}>
            <Field label="Why (optional)" className="">
              {(control) => (
                <textarea {...control} name="reason" rows={3} maxLength={8000} className="field" />
              )}
            </Field>
            <ProblemNotice error={refuse.error} />
            <FormActions
              action="Refuse"
              pending="Refusing…"
              busy={refuse.isPending}
              onCancel={() => setAsking(null)}
            />
          </form>
        </Dialog>
      )}
    </section>
  );
}

type EditProps = {
  story: Story;
  refinement: Refinement;
  accept: ReturnType<typeof useStoryChange<Partial<StoryDraft>>>;
  onClose: () => void;
};

function EditRefinement({ story, refinement, accept, onClose }: EditProps) {
  const dependables = useDependables(story);
  const { proposed } = refinement;
  if (!proposed) return null;
  const draft = toDraft(
    proposed,
    story.depends_on.map((one) => one.id),
  );
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Edit, then accept"
      description="The story becomes what you write here."
      wide
    >
      <StoryForm
        draft={draft}
        dependables={dependables}
        action="Accept as edited"
        busy={accept.isPending}
        error={accept.error}
        onCancel={onClose}
        onSubmit={(edited) => accept.mutate(changes(draft, edited), { onSuccess: onClose })}
      />
    </Dialog>
  );
}
