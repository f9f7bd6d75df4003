/** Everything behind sign-in: the guard, the frame, and the one socket. */
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { meQuery } from "~/api/queries";
import { signOut } from "~/api/workspace";
import { requireSession } from "~/app/guards";
import { Shell } from "~/app/shell/Shell";
import { connect, disconnect } from "~/live/connection";

export const Route = createFileRoute("/_app")({
  beforeLoad: async ({ context, location }) => ({
    me: await requireSession(context.queryClient, location.href),
  }),
  component: Layout,
});

function Layout() {
  const { data: me } = useSuspenseQuery(meQuery);
  const client = useQueryClient();
  const router = useRouter();
  useEffect(() => connect(client), [client]);
  const leave = useMutation({
    mutationFn: signOut,
    onSettled: () => {
      disconnect();
      client.clear();
      void router.navigate({ to: "/sign-in", search: {} });
    },
  });
  return <Shell me={me} onSignOut={() => leave.mutate()} />;
}
