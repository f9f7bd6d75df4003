/** A page that waits, fails, or is not there. */
import { Link } from "@tanstack/react-router";
import { ProblemNotice, Skeleton } from "~/components/ui/Notice";

export function PageWaits() {
  return <Skeleton lines={6} className="mx-auto w-full max-w-[960px] px-6 py-10" />;
}

export function PageProblem({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <div className="mx-auto w-full max-w-[560px] px-4 py-16">
      <h1 className="font-serif text-2xl">This page could not be shown</h1>
      <ProblemNotice error={error} />
      <div className="mt-4 flex gap-2">
        <button type="button" className="btn btn-primary" onClick={onRetry}>
          Try again
        </button>
        <Link to="/" className="btn">
          To the projects
        </Link>
      </div>
    </div>
  );
}

export function NotFound() {
  return (
    <div className="mx-auto max-w-md px-6 py-16 text-center">
      <h1 className="font-serif text-2xl">Nothing here</h1>
      <p className="mt-2 text-ink-2">The page does not exist, or you may not see it.</p>
      <Link to="/" className="btn mt-4">
        To the projects
      </Link>
    </div>
  );
}

/** An address that no page has: there is no frame around it, so it brings its own. */
export function NoSuchPage() {
  return (
    <main>
      <NotFound />
    </main>
  );
}
