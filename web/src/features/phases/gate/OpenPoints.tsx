/** What the document itself leaves open, each to be ticked off by whoever approves it. */
import type { OpenPoint } from "~/api/types";
import type { Acknowledged } from "./useAcknowledged";

const KIND: Record<OpenPoint["kind"], string> = { assumption: "Assumption", question: "Open question" };

type Props = { points: readonly OpenPoint[]; acknowledged: Acknowledged; mayTick: boolean };

export function OpenPoints({ points, acknowledged, mayTick }: Props) {
  return (
    <ul className="flex flex-col gap-1" aria-label="Assumptions and open questions">
      {points.map((point) => (
        <li key={point.id} className="text-xs">
          <Line point={point} acknowledged={acknowledged} mayTick={mayTick} />
        </li>
      ))}
    </ul>
  );
}

function Line({ point, acknowledged, mayTick }: Omit<Props, "points"> & { point: OpenPoint }) {
  const words = (
    <span className="min-w-0">
      <span className="font-medium font-mono text-2xs">{point.id}</span>{" "}
      <span className="sr-only">{KIND[point.kind]}: </span>
      <span className="break-words text-ink">{point.text}</span>
    </span>
  );
  if (!mayTick) return words;
  return (
    <label className="flex cursor-pointer items-start gap-2">
      <input
        type="checkbox"
        className="mt-0.5 size-3.5 shrink-0 accent-(--accent)"
        checked={acknowledged.has(point.id)}
        onChange={() => acknowledged.toggle(point.id)}
      />
      {words}
    </label>
  );
}
