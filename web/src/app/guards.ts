/** Who may see a page: the signed-in pages lead to sign-in (or to the first set-up) and back. */
import type { QueryClient } from "@tanstack/react-query";
import { redirect } from "@tanstack/react-router";
import { hasCode } from "~/api/problem";
import { meQuery, setupQuery } from "~/api/queries";
import type { Me } from "~/api/types";

/** Where to go after sign-in: only ever a path of our own. */
export function safeNext(next: unknown): string {
  if (typeof next !== "string" || !next.startsWith("/") || next.startsWith("//") || next.includes("\\"))
    return "/";
  return /^\/(?:sign-in|setup)\b/.test(next) ? "/" : next;
}

export async function requireSession(client: QueryClient, href: string): Promise<Me> {
  try {
    const doubted = client.getQueryState(meQuery.queryKey)?.isInvalidated ?? false;
    return await (doubted ? client.fetchQuery(meQuery) : client.ensureQueryData(meQuery));
  } catch (error) {
    if (!hasCode(error, "not-signed-in")) throw error;
    const setup = await client.fetchQuery(setupQuery);
    if (setup.open) throw redirect({ to: "/setup" });
    const next = safeNext(href);
    throw redirect({ to: "/sign-in", search: next === "/" ? {} : { next } });
  }
}

/** Whoever is signed in already has no business on the sign-in page. */
export async function refuseSession(client: QueryClient, next: unknown): Promise<void> {
  try {
    await client.fetchQuery(meQuery);
  } catch (error) {
    if (hasCode(error, "not-signed-in")) return;
    throw error;
  }
  throw redirect({ href: safeNext(next) });
}

/** The set-up page exists while set-up is open, and only then. */
export async function requireOpenSetup(client: QueryClient): Promise<void> {
  const setup = await client.fetchQuery(setupQuery);
  if (!setup.open) throw redirect({ to: "/sign-in" });
}
