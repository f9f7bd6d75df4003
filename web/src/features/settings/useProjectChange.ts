/** A change to a project: the answer is the whole project, which replaces the cached one. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { keys } from "~/api/queries";
import type { Project } from "~/api/types";

export function useProjectChange<Input>(project: Project, change: (input: Input) => Promise<Project>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (next) => {
      client.setQueryData(keys.project(next.id), next);
      void client.invalidateQueries({ queryKey: keys.projects });
      void client.invalidateQueries({ queryKey: keys.me });
    },
    onError: () => {
      void client.invalidateQueries({ queryKey: keys.project(project.id), exact: true });
    },
  });
}
