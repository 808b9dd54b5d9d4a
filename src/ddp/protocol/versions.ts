/**
 * Versions of the protocol, and agreeing on one (DDP specification, "Establishing a DDP Connection").
 *
 * @module
 */

import { isStrings } from "./read-message.ts";

/** A version of DDP. `pre1` has no pings; `pre2` has all that 1 has. */
export type Version = "1" | "pre2" | "pre1";

/** The best first. */
export const VERSIONS: readonly Version[] = ["1", "pre2", "pre1"];

/** The version that the server would speak with a client that supports these: the first of the client's that it knows. */
function bestVersion(support: readonly string[]): Version {
  return support.find(isVersion) ?? "1";
}

export function isVersion(version: unknown): version is Version {
  return VERSIONS.includes(version as Version);
}

export function hasPings(version: Version): boolean {
  return version !== "pre1";
}

/** What came of a `connect`: the version that is spoken, or the one that the client should come back with. */
export interface Negotiation {
  readonly accepted: boolean;
  readonly version: Version;
}

/** Nothing is known of the arguments: they come from the network. */
export function negotiate(version: unknown, support: unknown): Negotiation {
  if (typeof version !== "string" || !isStrings(support) || !support.includes(version)) {
    return { accepted: false, version: "1" };
  }
  const best = bestVersion(support);
  return { accepted: best === version, version: best };
}
