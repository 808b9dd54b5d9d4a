/**
 * Attributes of payloads that the router doesn't look into (WAMP specification, "Payload Passthru Mode").
 *
 * @module
 */

import { Violation } from "../protocol/errors.ts";
import { messageName } from "../protocol/parse.ts";
import type { PayloadPassthru, RoleName } from "../protocol/messages.ts";
import type { Session } from "./session/session.ts";

export const PASSTHRU_FEATURE = "payload_passthru_mode";

const KEYS = ["ppt_scheme", "ppt_serializer", "ppt_cipher", "ppt_keyid"] as const;

/** Whether a payload is passed through: the scheme is what makes it one. */
export function isPassthru(options: PayloadPassthru): boolean {
  return options.ppt_scheme !== undefined && options.ppt_scheme !== "";
}

/**
 * Whether a message's payload is passed through.
 *
 * @throws Violation when its sender has not announced that it does that.
 */
export function checkPassthru(
  sender: Session,
  role: RoleName,
  type: number,
  options: PayloadPassthru,
): boolean {
  if (!isPassthru(options)) return false;
  if (!sender.announces(role, PASSTHRU_FEATURE)) {
    throw new Violation(`${messageName(type)}: ${PASSTHRU_FEATURE} was not announced`);
  }
  return true;
}

/** Copies those attributes, as they are. */
export function copyPassthru(
  from: PayloadPassthru,
  to: { -readonly [Key in keyof PayloadPassthru]: PayloadPassthru[Key] },
): void {
  for (const key of KEYS) if (from[key] !== undefined) to[key] = from[key];
}
