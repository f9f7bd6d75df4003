/** Which open change requests the text answers: said with the version, and only the requester can agree. */
import type { StageView } from "~/api/types";
import { openChangeRequests } from "~/lib/changeRequests";

type Props = {
  view: StageView;
  answered: readonly string[];
  onChange: (answered: string[]) => void;
};

export function AnswersRow({ view, answered, onChange }: Props) {
  const open = openChangeRequests(view);
  if (open.length === 0) return null;
  const tick = (id: string, ticked: boolean) =>
    onChange(ticked ? [...answered, id] : answered.filter((other) => other !== id));
  return (
    <fieldset className="rounded-sm border border-rule bg-well px-3 py-2">
      <legend className="sr-only">Change requests that this version answers</legend>
      <p className="mb-1 text-ink-2">
        Tick what this version answers; whoever asked for it decides whether it does.
      </p>
      <ul className="fine-scroll max-h-28 space-y-1 overflow-y-auto">
        {open.map((request) => (
          <li key={request.id}>
            <label className="flex items-start gap-2">
              <input
                type="checkbox"
                className="mt-0.5"
                checked={answered.includes(request.id)}
                onChange={(event) => tick(request.id, event.target.checked)}
              />
              <span className="min-w-0 break-words">
                <span className="font-medium text-ink">{request.by.name}</span>{" "}
                <span className="text-ink-2">{request.reason}</span>
              </span>
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
