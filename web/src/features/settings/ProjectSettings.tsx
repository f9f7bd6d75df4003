/** A project's settings: name and context, members and roles, repositories, and the approval policy, delegations, API tokens. */
import type { Me, Project } from "~/api/types";
import { ContextSection } from "./ContextSection";
import { DelegationsSection } from "./DelegationsSection";
import { GeneralSection } from "./GeneralSection";
import { MembersSection } from "./MembersSection";
import { PolicySection } from "./PolicySection";
import { RepositoriesSection } from "./RepositoriesSection";
import { TokensSection } from "./TokensSection";

const SECTIONS = [
  ["general", "General"],
  ["context", "Context"],
  ["members", "Members and roles"],
  ["repositories", "Repositories"],
  ["policy", "Approval policy"],
  ["delegations", "Delegations"],
] as const;
/** What only SDMs see. */
const OF_SDMS = [["tokens", "API tokens"]] as const;

export function ProjectSettings({ project, me }: { project: Project; me: Me }) {
  const mayChange = project.roles.includes("sdm");
  return (
    <div className="fine-scroll h-full overflow-y-auto">
      <div className="mx-auto grid w-full max-w-[1080px] gap-10 grid-cols-[minmax(0,1fr)] px-4 py-8 sm:px-6 md:grid-cols-[150px_minmax(0,1fr)]">
        <nav aria-label="Sections" className="max-md:hidden">
          <ul className="sticky top-8 flex flex-col gap-1">
            {[...SECTIONS, ...(mayChange ? OF_SDMS : [])].map(([id, label]) => (
              <li key={id}>
                <a
                  href={`#${id}`}
                  className="block rounded-sm px-2 py-1 text-ink-2 hover:bg-well hover:text-ink"
                >
                  {label}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div className="flex min-w-0 flex-col gap-12">
          {!mayChange && (
            <p className="rounded-sm bg-well px-3 py-2 text-ink-2 text-xs">
              Only an SDM of this project can change these; you can delegate a role of your own.
            </p>
          )}
          <GeneralSection project={project} mayChange={mayChange} />
          <ContextSection project={project} mayChange={mayChange} />
          <MembersSection project={project} mayChange={mayChange} />
          <RepositoriesSection project={project} mayChange={mayChange} />
          <PolicySection project={project} mayChange={mayChange} />
          <DelegationsSection project={project} me={me} />
          {mayChange && <TokensSection project={project} />}
        </div>
      </div>
    </div>
  );
}
