/** What of a replay is in its address: everything, so that a moment is a link. */
import { type HistoryKind, KINDS } from "~/api/replay";
import type { Stage } from "~/api/types";
import { isStage } from "~/lib/stages";

export type Pane = "document" | "conversation" | "decisions";

export type ReplaySearch = {
  /** The position of the moment; now without one. */
  moment?: number;
  /** The moment that it is compared with. */
  from?: number;
  kind?: HistoryKind;
  person?: string;
  stage?: Stage;
  pane?: Pane;
};

const PANES: readonly unknown[] = ["document", "conversation", "decisions"];
const isPosition = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0;
const isPane = (value: unknown): value is Pane => PANES.includes(value);

export function readReplaySearch(search: Record<string, unknown>): ReplaySearch {
  const kind = KINDS.find((known) => known.kind === search.kind)?.kind;
  return {
    ...(isPosition(search.moment) && { moment: search.moment }),
    ...(isPosition(search.from) && { from: search.from }),
    ...(kind && { kind }),
    ...(typeof search.person === "string" &&
      /^[0-9a-f-]{36}$/.test(search.person) && { person: search.person }),
    ...(isStage(search.stage) && { stage: search.stage }),
    ...(isPane(search.pane) && { pane: search.pane }),
  };
}
