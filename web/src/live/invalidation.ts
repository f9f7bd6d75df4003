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

export function invalidate(client: QueryClient, stale: readonly Stale[]): void {
  const seen = new Set<string>();
  for (const { key, exact } of stale) {
    const id = JSON.stringify([key, exact]);
    if (seen.has(id)) continue;
    seen.add(id);
    void client.invalidateQueries({ queryKey: key, exact: exact ?? false });
  }
}
