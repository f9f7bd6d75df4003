/** What a story says. */
import type { StoryWords } from "~/api/stories";
import { Criteria, References } from "~/components/story/Criteria";

export function StoryContent({ words }: { words: StoryWords }) {
  const references = [...words.requirement_ids, ...words.decision_ids];
  return (
    <>
      <p className="mt-3 max-w-[68ch] whitespace-pre-wrap break-words font-serif text-[1.0625rem] leading-[1.6]">
        {words.narrative || <span className="text-ink-3">No narrative yet.</span>}
      </p>
      <section className="mt-5">
        <h3 className="eyebrow">Acceptance</h3>
        <Criteria criteria={words.acceptance_criteria} />
      </section>
      <section className="mt-5">
        <h3 className="eyebrow">Complexity</h3>
        <p className="mt-0.5 text-sm">
          <b className="num font-medium">{words.complexity ?? "Not sized"}</b>
          {words.complexity_reason && <span className="text-ink-2"> · {words.complexity_reason}</span>}
        </p>
      </section>
      {references.length > 0 && (
        <section className="mt-5">
          <h3 className="eyebrow">Why this exists</h3>
          <References ids={references} />
        </section>
      )}
    </>
  );
}
