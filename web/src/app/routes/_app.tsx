/** Everything behind sign-in: the guard, the frame, and the one socket. */
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { useEffect } from "react";
import { meQuery } from "~/api/queries";
import { requireSession } from "~/app/guards";
import { useSignOut } from "~/app/session";
import { Shell } from "~/app/shell/Shell";
import { connect } from "~/live/connection";

export const Route = createFileRoute("/_app")({
  beforeLoad: async ({ context, location }) => ({
    me: await requireSession(context.queryClient, location.href),
  }),
  component: Layout,
});

function Layout() {
  const { data: me } = useSuspenseQuery(meQuery);
  const client = useQueryClient();
  const leave = useSignOut();
  useEffect(() => connect(client), [client]);
  return <Shell me={me} onSignOut={leave} />;
}
