/** `/inbox`: what waits for me, in every project. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { inboxQuery } from "~/api/queries";
import { Crumbs } from "~/components/ui/Crumbs";
import { InboxList } from "~/features/inbox/InboxList";
import { plural } from "~/lib/time";

export const Route = createFileRoute("/_app/inbox")({
  loader: ({ context }) => context.queryClient.ensureQueryData(inboxQuery),
  component: Page,
});

function Page() {
  const { data: items } = useSuspenseQuery(inboxQuery);
  return (
    <div className="fine-scroll h-full overflow-y-auto">
      <Crumbs title={items.length > 0 ? `(${items.length}) Inbox` : "Inbox"}>
        <h1 className="font-medium">Inbox</h1>
      </Crumbs>
      <div className="mx-auto w-full max-w-[960px] px-4 py-8 sm:px-6">
        <h2 className="font-serif text-2xl">Waiting for you</h2>
        <p className="mt-0.5 text-ink-2" role="status">
          {items.length > 0 ? `${plural(items.length, "thing")}, what waits longest first.` : "All done."}
        </p>
        <InboxList items={items} />
      </div>
    </div>
  );
}
