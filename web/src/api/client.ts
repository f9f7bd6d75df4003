/**
 * The one way from the page to the server.
 * Adds what every request needs: the CSRF header, an Idempotency-Key on each POST, and the newest log
 * position seen, so that a read never shows less than what a person has already been shown.
 */
import createClient, { type Middleware } from "openapi-fetch";
import { Problem, unreachable } from "./problem";
import type { paths } from "./schema";

let newestPosition = 0;

/** Remember a log position; later reads wait for it. */
export function sawPosition(position: number | string | null | undefined): void {
  const value = Number(position);
  if (Number.isSafeInteger(value) && value > newestPosition) newestPosition = value;
}

const conventions: Middleware = {
  onRequest({ request }) {
    if (request.method === "GET") {
      if (newestPosition > 0) request.headers.set("Konductro-Min-Position", String(newestPosition));
      return request;
    }
    request.headers.set("X-Konductro", "1");
    if (request.method === "POST" && !request.headers.has("Idempotency-Key")) {
      request.headers.set("Idempotency-Key", crypto.randomUUID());
    }
    return request;
  },
  onResponse({ response }) {
    sawPosition(response.headers.get("Konductro-Position"));
  },
};

export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  credentials: "same-origin",
  // Looked up at each call, so that a test can stand in for the network.
  fetch: (request) => globalThis.fetch(request),
});
api.use(conventions);

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The data of an answer, or a `Problem` thrown. */
export async function unwrap<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch {
    throw unreachable();
  }
  const { data, error, response } = answer;
  if (response.ok) return data as T;
  const body = typeof error === "object" && error !== null ? (error as Record<string, unknown>) : {};
  throw new Problem(body, response.status, response.headers.get("X-Request-Id"));
}
