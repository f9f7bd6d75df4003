/** `/users`, for administrators. */
import { createFileRoute, notFound } from "@tanstack/react-router";
import { Crumbs } from "~/components/ui/Crumbs";
import { Users } from "~/features/identity/Users";

export const Route = createFileRoute("/_app/users")({
  beforeLoad: ({ context }) => {
    if (!context.me.administrator) throw notFound();
  },
  component: Page,
});

function Page() {
  const { me } = Route.useRouteContext();
  return (
    <div className="fine-scroll h-full overflow-y-auto">
      <Crumbs title="Users">
        <h1 className="font-medium">Users</h1>
      </Crumbs>
      <Users myId={me.user_id} />
    </div>
  );
}
