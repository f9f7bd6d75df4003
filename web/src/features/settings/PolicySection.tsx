/** The approval policy in force: read here; each approval records the version it was given under. */
import type { Project } from "~/api/types";
import { rolesInWords, stageName } from "~/lib/stages";
import { plural } from "~/lib/time";
import { Section } from "./Section";

export function PolicySection({ project }: { project: Project }) {
  const policy = project.approval_policy;
  return (
    <Section
      id="policy"
      title="Approval policy"
      lead={`Version ${policy.version}. A review keeps the version that was in force when it started.`}
    >
      <div className="mt-3 relative overflow-x-auto">
        <table className="w-full text-left align-top max-sm:text-xs">
          <thead>
            <tr className="border-rule border-b text-ink-3 text-xs">
              <th className="py-2 pr-3 font-medium">Stage</th>
              <th className="py-2 pr-3 font-medium">Who may approve</th>
              <th className="py-2 pr-3 font-medium">How many</th>
              <th className="py-2 font-medium">Its author too</th>
            </tr>
          </thead>
          <tbody>
            {policy.stages.map((stage) => (
              <tr key={stage.stage} className="border-rule border-b">
                <td className="py-2 pr-3 font-medium">{stageName(stage.stage)}</td>
                <td className="py-2 pr-3">{rolesInWords(stage.roles)}</td>
                <td className="num py-2 pr-3">{plural(stage.required_approvals, "person", "people")}</td>
                <td className="py-2">{stage.author_may_approve ? "Yes" : "No (four eyes)"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
