/** Two wordings of a story side by side; on a narrow screen one under the other. What is new or gone is marked. */
import { diffWords } from "diff";
import type { Criterion, StoryWords } from "~/api/stories";
import { TYPE_WORD } from "~/lib/stories";

type Side = "before" | "after";
type Props = { before: StoryWords; after: StoryWords };

export function BeforeAfter({ before, after }: Props) {
  return (
    <div className="mt-3 grid gap-4 md:grid-cols-2">
      <Wording side="before" words={before} other={after} />
      <Wording side="after" words={after} other={before} />
    </div>
  );
}

function Wording({ side, words, other }: { side: Side; words: StoryWords; other: StoryWords }) {
  const text = (value: string, counterpart: string) => (
    <Marked side={side} value={value} counterpart={counterpart} />
  );
  return (
    <section aria-label={side === "before" ? "Before" : "After"} className="min-w-0 break-words">
      <h4 className="eyebrow border-rule border-b pb-1">{side === "before" ? "Before" : "After"}</h4>
      <p className="mt-2 font-serif text-lg leading-snug">{text(words.title, other.title)}</p>
      <p className="mt-2 whitespace-pre-wrap text-sm">
        {words.narrative ? (
          text(words.narrative, other.narrative)
        ) : (
          <span className="text-ink-3">No narrative.</span>
        )}
      </p>
      <dl className="mt-3 grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5 text-xs">
        <dt className="text-ink-3">Type</dt>
        <dd>{text(TYPE_WORD[words.type], TYPE_WORD[other.type])}</dd>
        <dt className="text-ink-3">Complexity</dt>
        <dd>
          {text(size(words), size(other))}
          {words.complexity_reason && <span className="text-ink-2"> · {words.complexity_reason}</span>}
        </dd>
      </dl>
      {words.acceptance_criteria.length === 0 ? (
        <p className="mt-3 text-ink-3 text-xs">No acceptance criteria.</p>
      ) : (
        <ol className="mt-3 flex flex-col gap-2 text-sm">
          {words.acceptance_criteria.map((criterion) => {
            const counterpart = other.acceptance_criteria.find((one) => one.id === criterion.id);
            return (
              <li key={criterion.id} className="border-rule border-l-2 pl-2.5 text-ink-2">
                {text(sentence(criterion), counterpart ? sentence(counterpart) : "")}
              </li>
            );
          })}
        </ol>
      )}
    </section>
  );
}

const size = (words: StoryWords): string =>
  words.complexity == null ? "Not sized" : String(words.complexity);
const sentence = ({ given, when, then }: Criterion): string => `Given ${given}, when ${when}, then ${then}`;

/** The text of one side; what the other side does not have is marked. */
function Marked({ side, value, counterpart }: { side: Side; value: string; counterpart: string }) {
  if (value === counterpart) return value;
  const parts = side === "before" ? diffWords(value, counterpart) : diffWords(counterpart, value);
  const Mark = side === "before" ? "del" : "ins";
  const marked = side === "before" ? "bg-del text-del-ink" : "bg-ins text-ins-ink no-underline";
  const own = parts.filter((part) => (side === "before" ? !part.added : !part.removed));
  return own.map((part, index) =>
    part.added || part.removed ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place in the text
      <Mark key={index} className={`rounded-xs ${marked}`}>
        {part.value}
      </Mark>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place in the text
      <span key={index}>{part.value}</span>
    ),
  );
}
