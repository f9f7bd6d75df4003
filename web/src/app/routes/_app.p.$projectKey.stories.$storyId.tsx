/** `/p/$projectKey/stories/$storyId`: a story of the backlog. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, Link, notFound } from "@tanstack/react-router";
import { storyQuery } from "~/api/backlog";
import { isProblem } from "~/api/problem";
import { Crumbs, Slash } from "~/components/ui/Crumbs";
import { StoryPage } from "~/features/story/StoryPage";

export const Route = createFileRoute("/_app/p/$projectKey/stories/$storyId")({
  loader: async ({ context, params }) => {
    try {
      await context.queryClient.ensureQueryData(storyQuery(params.storyId));
    } catch (error) {
      if (isProblem(error) && error.status >= 400 && error.status < 500 && error.status !== 401)
        throw notFound();
      throw error;
    }
  },
  component: Page,
});

function Page() {
  const { projectKey, storyId } = Route.useParams();
  const { data: story } = useSuspenseQuery(storyQuery(storyId));
  return (
    <>
      <Crumbs title={`${story.key} ${story.title}`}>
        <Link
          to="/p/$projectKey/backlog"
          params={{ projectKey }}
          className="shrink-0 text-ink-3 hover:text-ink"
        >
          Backlog
        </Link>
        <Slash />
        <h1 className="truncate">
          <span className="mono mr-2 text-ink-3">{story.key}</span>
          <span className="font-medium">{story.title}</span>
        </h1>
      </Crumbs>
      <StoryPage key={storyId} story={story} projectKey={projectKey} />
    </>
  );
}
