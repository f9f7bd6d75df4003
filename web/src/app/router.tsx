/** The router and the query cache, and what happens everywhere when a session ends or a page fails. */
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { createRouter } from "@tanstack/react-router";
import { hasCode, isProblem } from "~/api/problem";
import { keys } from "~/api/queries";
import { routeTree } from "./routeTree.gen";
import { doubtSession } from "./session";
import { NotFound, PageProblem, PageWaits } from "./shell/PageStates";

let ending = false;

/** A session that ended anywhere ends here: the next guard leads to the sign-in page and back again. */
function onError(error: unknown): void {
  if (!hasCode(error, "not-signed-in")) return;
  if (queryClient.getQueryData(keys.me) === undefined) return;
  if (ending) return;
  ending = true;
  doubtSession(queryClient);
  void router.invalidate().finally(() => {
    ending = false;
  });
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // An answer, even a refusal, is an answer; only a lost connection is worth another try.
      retry: (count, error) => count < 2 && isProblem(error) && (error.status === 0 || error.status === 503),
    },
    mutations: { retry: false },
  },
});

export const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 200,
  defaultPendingMinMs: 0,
  defaultPendingComponent: PageWaits,
  defaultErrorComponent: ({ error, reset }) => <PageProblem error={error} onRetry={reset} />,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
