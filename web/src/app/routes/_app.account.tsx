/** `/account`. */
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, useRouter } from "@tanstack/react-router";
import { meQuery } from "~/api/queries";
import { signOut } from "~/api/workspace";
import { Crumbs } from "~/components/ui/Crumbs";
import { Account } from "~/features/identity/Account";
import { disconnect } from "~/live/connection";

export const Route = createFileRoute("/_app/account")({ component: Page });

function Page() {
  const { data: me } = useSuspenseQuery(meQuery);
  const client = useQueryClient();
  const router = useRouter();
  const leave = async () => {
    await signOut();
    disconnect();
    client.clear();
    await router.navigate({ to: "/sign-in", search: {} });
  };
  return (
    <div className="fine-scroll h-full overflow-y-auto">
      <Crumbs title="Account">
        <h1 className="font-medium">Account</h1>
      </Crumbs>
      <Account me={me} onSignOut={() => void leave()} />
    </div>
  );
}
