/** Who approves what in a project, and who looks after whose change requests. */
import { api, unwrap } from "./client";
import type { ApprovalPolicyPage, Delegation, NewStagePolicy, Project, Role } from "./types";

/** The version of the project that was read is named, so that nobody's newer policy is overwritten. */
export function changeApprovalPolicy(
  project: Project,
  stages: NewStagePolicy[],
): Promise<ApprovalPolicyPage> {
  return unwrap(
    api.PUT("/api/v1/projects/{project_id}/approval-policy", {
      params: { path: { project_id: project.id }, header: { "If-Match": `"${project.version}"` } },
      body: { stages },
    }),
  );
}

export function delegateRole(
  projectId: string,
  delegation: { delegate: string; role: Role; until: string },
): Promise<Delegation> {
  return unwrap(
    api.POST("/api/v1/projects/{project_id}/delegations", {
      params: { path: { project_id: projectId } },
      body: delegation,
    }),
  );
}

export function endDelegation(projectId: string, delegationId: string): Promise<Delegation> {
  return unwrap(
    api.DELETE("/api/v1/projects/{project_id}/delegations/{delegation_id}", {
      params: { path: { project_id: projectId, delegation_id: delegationId } },
    }),
  );
}
