/** What the address of a phase's workspace says besides the phase: stage, document view, place in the review. */
import type { Stage } from "~/api/types";
import type { DocumentSearch } from "~/features/artefacts/DocumentPane";
import type { ReviewSearch } from "~/features/review/StoryReview";
import { isStage } from "~/lib/stages";

export type Search = {
  stage?: Stage;
  view?: DocumentSearch["view"];
  v?: number;
  cmp?: number;
  /** How a comparison is laid out and what of the document is compared; a section of it to show. */
  layout?: DocumentSearch["look"]["layout"];
  as?: DocumentSearch["look"]["text"];
  at?: string | undefined;
  /** The id whose trace is open beside the document. */
  id?: string;
  show?: ReviewSearch["show"];
  side?: ReviewSearch["side"];
  ref?: string;
  story?: string;
};

const VIEWS = ["diff", "source"] as const satisfies DocumentSearch["view"][];
const LAYOUTS = ["split"] as const satisfies DocumentSearch["look"]["layout"][];
const TEXTS = ["source"] as const satisfies DocumentSearch["look"]["text"][];
const SHOWS = ["proposed", "approved", "rejected", "aside"] as const satisfies ReviewSearch["show"][];
const SIDES = ["coverage", "conversation"] as const satisfies ReviewSearch["side"][];

/** What is the default is left out, so that an address says only what is special about it. */
export function readSearch(search: Record<string, unknown>): Search {
  const v = version(search.v);
  const cmp = version(search.cmp);
  const view = VIEWS.find((one) => one === search.view);
  const layout = LAYOUTS.find((one) => one === search.layout);
  const as = TEXTS.find((one) => one === search.as);
  const at = typeof search.at === "string" && search.at.length <= 300 ? search.at : "";
  const show = SHOWS.find((one) => one === search.show);
  const side = SIDES.find((one) => one === search.side);
  return {
    ...(isStage(search.stage) ? { stage: search.stage } : {}),
    ...(view ? { view } : {}),
    ...(v ? { v } : {}),
    ...(cmp ? { cmp } : {}),
    ...(layout ? { layout } : {}),
    ...(as ? { as } : {}),
    ...(at ? { at } : {}),
    ...(isWord(search.id) ? { id: search.id } : {}),
    ...(show ? { show } : {}),
    ...(side ? { side } : {}),
    ...(isWord(search.ref) ? { ref: search.ref } : {}),
    ...(isWord(search.story) ? { story: search.story } : {}),
  };
}

export function changedSearch(now: Search, change: Partial<DocumentSearch & ReviewSearch>): Search {
  const next: Search = { ...now };
  if (change.view !== undefined) next.view = change.view;
  if (change.version !== undefined) next.v = change.version ?? undefined;
  if (change.compare !== undefined) next.cmp = change.compare ?? undefined;
  if (change.look !== undefined) {
    next.layout = LAYOUTS.find((one) => one === change.look?.layout);
    next.as = TEXTS.find((one) => one === change.look?.text);
    next.at = change.look.at ?? undefined;
  }
  if (change.trace !== undefined) next.id = change.trace ?? undefined;
  if (change.show !== undefined) next.show = change.show;
  if (change.side !== undefined) next.side = change.side;
  if (change.reference !== undefined) next.ref = change.reference ?? undefined;
  if (change.story !== undefined) next.story = change.story ?? undefined;
  return next;
}

const isWord = (value: unknown): value is string =>
  typeof value === "string" && value.length > 0 && value.length <= 64;

function version(value: unknown): number | undefined {
  const number = Number(value);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}
