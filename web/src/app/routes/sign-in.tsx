/** `/sign-in`, and back to where one wanted to go. */
import { useQueryClient } from "@tanstack/react-query";
import { createFileRoute, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { keys } from "~/api/queries";
import { refuseSession, safeNext } from "~/app/guards";
import { forgetSession } from "~/app/session";
import { SignIn } from "~/features/identity/SignIn";

type Search = { next?: string };

export const Route = createFileRoute("/sign-in")({
  validateSearch: (search: Record<string, unknown>): Search => {
    const next = safeNext(search.next);
    return next === "/" ? {} : { next };
  },
  beforeLoad: ({ context, search }) => refuseSession(context.queryClient, search.next),
  component: Page,
});

function Page() {
  const { next } = Route.useSearch();
  const client = useQueryClient();
  const router = useRouter();
  useEffect(() => forgetSession(client), [client]);
  return (
    <SignIn
      onSignedIn={(me) => {
        client.clear();
        client.setQueryData(keys.me, me);
        router.history.push(safeNext(next));
      }}
    />
  );
}
