/** API tokens, and the command lines that ask to be signed in. */
import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { keys } from "./queries";
import type { IssuedToken, TokenScope } from "./types";

export type TokenToIssue = {
  name: string;
  project_id: string;
  scopes: TokenScope[];
  expires_in_days: number;
};

export function issueToken(token: TokenToIssue): Promise<IssuedToken> {
  return unwrap(api.POST("/api/v1/tokens", { body: token }));
}

export function revokeToken(tokenId: string) {
  return unwrap(api.DELETE("/api/v1/tokens/{token_id}", { params: { path: { token_id: tokenId } } }));
}

export type DeviceLoginApproval = Omit<TokenToIssue, "name">;

export function approveDeviceLogin(code: string, approval: DeviceLoginApproval) {
  return unwrap(
    api.POST("/api/v1/device-logins/{user_code}/approve", {
      params: { path: { user_code: code } },
      body: approval,
    }),
  );
}

export function refuseDeviceLogin(code: string) {
  return unwrap(
    api.POST("/api/v1/device-logins/{user_code}/refuse", { params: { path: { user_code: code } } }),
  );
}

/** My tokens, or, for its SDMs, all that open a project. */
export const tokensQuery = (projectId?: string) =>
  queryOptions({
    queryKey: [...keys.tokens, projectId ?? "mine"],
    queryFn: async ({ signal }) => {
      const query = projectId ? { project_id: projectId } : {};
      return (await unwrap(api.GET("/api/v1/tokens", { params: { query }, signal }))).items;
    },
  });

/** The command line that waits with a code; what it says does not change. */
export const deviceLoginQuery = (code: string) =>
  queryOptions({
    queryKey: ["device-login", code],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/device-logins/{user_code}", { params: { path: { user_code: code } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
