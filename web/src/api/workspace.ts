/** Changes to the workspace itself: sessions, users, projects and who is in them. */
import { api, unwrap } from "./client";
import type { Me, Project, Role, User } from "./types";

export function signIn(email: string, password: string): Promise<Me> {
  return unwrap(api.POST("/api/v1/session", { body: { email, password } }));
}

export function signOut() {
  return unwrap(api.DELETE("/api/v1/session"));
}

export type FirstAdministrator = { code: string; name: string; email: string; password: string };

export function setUp(person: FirstAdministrator): Promise<Me> {
  return unwrap(api.POST("/api/v1/setup", { body: person }));
}

export function changePassword(current: string, next: string) {
  return unwrap(api.POST("/api/v1/me/password", { body: { current_password: current, new_password: next } }));
}

export function createUser(user: {
  name: string;
  email: string;
  password: string;
  administrator: boolean;
}): Promise<User> {
  return unwrap(api.POST("/api/v1/users", { body: user }));
}

export function changeUser(
  userId: string,
  change: { name?: string; disabled?: boolean; administrator?: boolean },
): Promise<User> {
  return unwrap(
    api.PATCH("/api/v1/users/{user_id}", { params: { path: { user_id: userId } }, body: change }),
  );
}

export function createProject(project: { key: string; name: string; context?: string }): Promise<Project> {
  return unwrap(api.POST("/api/v1/projects", { body: project }));
}

const ifMatch = (project: Project) => ({ "If-Match": `"${project.version}"` });

export function changeProject(
  project: Project,
  change: { name?: string; context?: string },
): Promise<Project> {
  return unwrap(
    api.PATCH("/api/v1/projects/{project_id}", {
      params: { path: { project_id: project.id }, header: ifMatch(project) },
      body: change,
    }),
  );
}

export function setMemberRoles(project: Project, userId: string, roles: Role[]): Promise<Project> {
  return unwrap(
    api.PUT("/api/v1/projects/{project_id}/members/{user_id}", {
      params: { path: { project_id: project.id, user_id: userId } },
      headers: ifMatch(project),
      body: { roles },
    }),
  );
}

export function removeMember(project: Project, userId: string): Promise<Project> {
  return unwrap(
    api.DELETE("/api/v1/projects/{project_id}/members/{user_id}", {
      params: { path: { project_id: project.id, user_id: userId } },
    }),
  );
}

export function addRepository(
  project: Project,
  repository: { name: string; remote: string; default_branch?: string },
): Promise<Project> {
  return unwrap(
    api.POST("/api/v1/projects/{project_id}/repositories", {
      params: { path: { project_id: project.id } },
      body: repository,
    }),
  );
}

export function removeRepository(project: Project, repositoryId: string): Promise<Project> {
  return unwrap(
    api.DELETE("/api/v1/projects/{project_id}/repositories/{repository_id}", {
      params: { path: { project_id: project.id, repository_id: repositoryId } },
    }),
  );
}
