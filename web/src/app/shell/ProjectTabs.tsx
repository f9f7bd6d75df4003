/** The pages of a project where there is no room for the side bar. */
import { Link } from "@tanstack/react-router";

const TAB = "h-9 truncate px-2 pt-2 text-center text-ink-2 text-sm outline-offset-[-3px]";
const HERE = { className: "border-ink border-b-2 font-medium text-ink" };

export function ProjectTabs({ projectKey }: { projectKey: string }) {
  return (
    <nav aria-label="Project" className="grid shrink-0 grid-cols-3 border-rule border-b sm:hidden">
      <Link
        to="/p/$projectKey"
        params={{ projectKey }}
        activeOptions={{ exact: true }}
        className={TAB}
        activeProps={HERE}
      >
        Phases
      </Link>
      <Link to="/p/$projectKey/backlog" params={{ projectKey }} className={TAB} activeProps={HERE}>
        Backlog
      </Link>
      <Link to="/p/$projectKey/usage" params={{ projectKey }} className={TAB} activeProps={HERE}>
        Usage
      </Link>
    </nav>
  );
}
