/**
 * What a router must not send in that state of the session.
 *
 * @module
 */

import { Violation } from "../protocol/errors.ts";

/** @throws Violation always. */
export function unexpected(type: number): never {
  throw new Violation(`a message of type ${type} is not for now`);
}
