/** API tokens, and the command lines that ask to be signed in. */
import { api, unwrap } from "./client";
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
