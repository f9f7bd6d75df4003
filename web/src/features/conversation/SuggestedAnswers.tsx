/** One-tap answers that Conductor suggests; free text stays possible beside them. */

type Props = { answers: string[]; disabled: boolean; onPick: (answer: string) => void };

export function SuggestedAnswers({ answers, disabled, onPick }: Props) {
  return (
    <div
      role="group"
      aria-label="Suggested answers"
      className="fine-scroll flex max-h-28 flex-wrap gap-1.5 overflow-y-auto px-3 pb-2"
    >
      {answers.map((answer) => (
        <button
          key={answer}
          type="button"
          disabled={disabled}
          className="rounded-full border border-accent/50 bg-sheet px-3 py-1 text-left text-accent text-xs leading-4 hover:border-accent hover:bg-accent-soft disabled:opacity-60"
          onClick={() => onPick(answer)}
        >
          {answer}
        </button>
      ))}
    </div>
  );
}
