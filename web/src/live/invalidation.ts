/** From what the server says has changed to the cached reads that must be fetched again. */
import type { QueryClient, QueryKey } from "@tanstack/react-query";
import { keys } from "~/api/queries";
import { isStage } from "~/lib/stages";

/** `often`: may be named many times a second. */
type Stale = { key: QueryKey; exact?: boolean; often?: boolean };

/** Words of a project's changes that say exactly which reads they mean. */
const isPrecise = (item: string): boolean => item === "backlog" || item.startsWith("story:");

function ofProject(id: string, what: readonly string[]): Stale[] {
  const stale: Stale[] = [];
  for (const item of what) {
    if (item === "backlog") stale.push({ key: keys.backlog(id), often: true });
    if (item.startsWith("story:")) stale.push({ key: keys.story(item.slice("story:".length)) });
  }
  if (what.length > 0 && what.every(isPrecise)) return stale;
  stale.push(
    { key: keys.project(id) },
    { key: keys.projects },
    { key: keys.stories },
    { key: keys.inbox, often: true },
  );
  if (what.includes("project")) stale.push({ key: keys.me });
  return stale;
}

export function staleKeys(topic: string, what: readonly string[]): Stale[] {
  const [room, id = ""] = topic.split(":");
  if (room === "project") return ofProject(id, what);
  const stale: Stale[] = [];
  for (const item of what) {
    const [kind, stage] = item.split(":");
    if (kind === "phase") stale.push({ key: keys.phase(id), exact: true }, { key: keys.inbox, often: true });
    else if (kind === "proposals" || kind === "stories") {
      stale.push({ key: keys.proposals(id), often: true }, { key: keys.phase(id), exact: true, often: true });
      stale.push({ key: keys.traceability(id), often: true }, { key: keys.inbox, often: true });
    } else if (kind === "artefact" && isStage(stage)) {
      stale.push({ key: keys.artefact(id, stage) }, { key: keys.phase(id), exact: true });
      stale.push({ key: keys.traceability(id) }, { key: keys.inbox, often: true });
    } else if (kind === "conversation" && isStage(stage)) stale.push({ key: keys.messages(id, stage) });
    else stale.push({ key: keys.phase(id) });
  }
  return stale;
}

/** What a topic covers, when nobody can know which part of it changed. */
export function everythingIn(topic: string): Stale[] {
  const [room, id = "", stage] = topic.split(":");
  if (room === "conversation" && isStage(stage)) {
    return [
      { key: keys.messages(id, stage) },
      { key: keys.artefact(id, stage) },
      { key: keys.phase(id), exact: true },
    ];
  }
  return staleKeys(topic, room === "phase" ? ["everything"] : ["project"]);
}

/** Fetches the stale reads again; one whose first answer is still on its way is fetched again after it. */
export function invalidate(client: QueryClient, stale: readonly Stale[]): void {
  const seen = new Set<string>();
  for (const { key, exact = false, often = false } of stale) {
    const id = JSON.stringify([key, exact]);
    if (seen.has(id)) continue;
    seen.add(id);
    const run = () => fetchAgain(client, { queryKey: key, exact });
    if (often) atMostEvery(PAUSE, id, run);
    else run();
  }
}

function fetchAgain(client: QueryClient, filter: { queryKey: QueryKey; exact: boolean }): void {
  for (const query of client.getQueryCache().findAll({ ...filter, fetchStatus: "fetching" })) {
    if (query.state.data !== undefined) continue;
    // That answer may be older than the change. If it is a refusal, whoever asked is told.
    query.promise?.then(
      () => client.invalidateQueries({ queryKey: query.queryKey, exact: true }),
      () => undefined,
    );
  }
  void client.invalidateQueries(filter);
}

/** Proposals arrive many a second; the table is fetched at once for the first, and then once a pause. */
const PAUSE = 600;
const resting = new Map<string, { again: (() => void) | null }>();

function atMostEvery(pause: number, id: string, run: () => void): void {
  const rest = resting.get(id);
  if (rest) {
    rest.again = run;
    return;
  }
  const state: { again: (() => void) | null } = { again: null };
  resting.set(id, state);
  run();
  setTimeout(() => {
    resting.delete(id);
    if (state.again) atMostEvery(pause, id, state.again);
  }, pause);
}
