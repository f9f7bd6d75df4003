/** From what the server says has changed to the cached reads that must be fetched again. */
import type { QueryClient, QueryKey } from "@tanstack/react-query";
import { keys } from "~/api/queries";
import { isStage } from "~/lib/stages";

type Stale = { key: QueryKey; exact?: boolean };

export function staleKeys(topic: string, what: readonly string[]): Stale[] {
  const [room, id = ""] = topic.split(":");
  const stale: Stale[] = [];
  if (room === "project") {
    stale.push({ key: keys.project(id) }, { key: keys.projects });
    if (what.includes("project")) stale.push({ key: keys.me });
    return stale;
  }
  for (const item of what) {
    const [kind, stage] = item.split(":");
    if (kind === "phase") stale.push({ key: keys.phase(id), exact: true });
    else if (kind === "artefact" && isStage(stage)) {
      stale.push({ key: keys.artefact(id, stage) }, { key: keys.phase(id), exact: true });
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
  for (const { key, exact } of stale) {
    const id = JSON.stringify([key, exact]);
    if (seen.has(id)) continue;
    seen.add(id);
    const filter = { queryKey: key, exact: exact ?? false };
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
}
