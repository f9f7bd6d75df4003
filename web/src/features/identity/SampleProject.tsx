/** The second step of the first run: a sample project to look around in, or an empty workspace. */
import { useMutation } from "@tanstack/react-query";
import type { Project } from "~/api/types";
import { createProject } from "~/api/workspace";
import { ProblemNotice } from "~/components/ui/Notice";
import { Card } from "./Card";

const CONTEXT = `# Clinic booking

**Goal.** Patients of a small clinic book, move and cancel appointments themselves, by day or night.

**Stack.** A web front end, a REST service, PostgreSQL. One team of five.

**Conventions.** Times in UTC, shown in the clinic's time zone. Every change of an appointment is logged.

**Constraints.** Personal health data stays in the country. The front desk must keep working when the network is down.
`;

type Props = { onProject: (project: Project) => void; onSkip: () => void };

export function SampleProject({ onProject, onSkip }: Props) {
  const create = useMutation({
    mutationFn: () => createProject({ key: "CLIN", name: "Clinic booking", context: CONTEXT }),
    onSuccess: onProject,
  });
  return (
    <Card
      title="A project to start with?"
      lead="A sample gives Conductor a context to plan in. You can always make your own."
    >
      <ProblemNotice error={create.error} />
      <div className="mt-6 flex flex-col gap-2">
        <button
          type="button"
          className="btn btn-primary btn-lg"
          disabled={create.isPending}
          onClick={() => create.mutate()}
        >
          {create.isPending ? "Creating…" : "Create the sample project"}
        </button>
        <button type="button" className="btn btn-lg" onClick={onSkip}>
          Start empty
        </button>
      </div>
    </Card>
  );
}
