/**
 * Logging in by password.
 *
 * @module
 */

import { FullduplexError } from "../../errors.ts";

/** What a server with Meteor's accounts takes. */
export interface PasswordCredentials extends Readonly<Record<string, unknown>> {
  readonly user: { readonly username: string } | { readonly email: string };
  readonly password: { readonly digest: string; readonly algorithm: "sha-256" };
}

interface Platform {
  readonly crypto?: {
    readonly subtle?: { digest(algorithm: string, data: Uint8Array): Promise<ArrayBuffer> };
  };
}

/**
 * Credentials for `login`: a user by name, or by email address (something with an `@`), and a digest of the password, which is never
 * sent itself. The digest is as good as the password to whoever reads it: connect by `wss:`.
 *
 * @throws FullduplexError `ERR_UNSUPPORTED` (as a rejection) on pages that were loaded without encryption: browsers have no digests there.
 *
 * @example
 * ```ts
 * await client.login(await passwordCredentials("ada", password));
 * ```
 */
export async function passwordCredentials(
  user: string,
  password: string,
): Promise<PasswordCredentials> {
  const { subtle } = (globalThis as unknown as Platform).crypto ?? {};
  if (!subtle) throw new FullduplexError("ERR_UNSUPPORTED", "this page can't compute SHA-256");
  const bytes = new Uint8Array(await subtle.digest("SHA-256", new TextEncoder().encode(password)));
  const digest = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return {
    user: user.includes("@") ? { email: user } : { username: user },
    password: { digest, algorithm: "sha-256" },
  };
}
