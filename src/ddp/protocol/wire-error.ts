/**
 * Errors as messages have them.
 *
 * @module
 */

import { DdpError } from "./error.ts";

/** What `result` and `nosub` carry. */
export interface WireError {
  readonly isClientSafe: true;
  readonly error: string | number;
  readonly reason?: string | undefined;
  readonly details?: unknown;
  readonly message: string;
  readonly errorType: "Meteor.Error";
}

/** For whatever the client is not to see. */
export const INTERNAL: DdpError = new DdpError(500, "Internal server error");

/** The error that a client may see in place of `thrown`; `undefined` if there is none, and it is for the log. */
export function clientSafe(thrown: unknown): DdpError | undefined {
  if (thrown instanceof DdpError) return thrown;
  if (typeof thrown !== "object" || thrown === null) return undefined;
  const { isClientSafe, sanitizedError } = thrown as {
    isClientSafe?: unknown;
    sanitizedError?: unknown;
  };
  if (isClientSafe === true) return fromSafe(thrown);
  return sanitizedError === undefined || sanitizedError === thrown
    ? undefined
    : clientSafe(sanitizedError);
}

export function toWireError({ error, reason, details, message }: DdpError): WireError {
  return { isClientSafe: true, error, reason, details, message, errorType: "Meteor.Error" };
}

/** The error that a server has sent; whatever it sent makes one. */
export function fromWireError(wire: unknown): DdpError {
  return typeof wire === "object" && wire !== null ? fromSafe(wire) : new DdpError(500);
}

/** Numbers are error codes in old versions of DDP. */
function fromSafe(value: object): DdpError {
  const { error, reason, details } = value as Partial<Record<keyof WireError, unknown>>;
  const code = typeof error === "string" || typeof error === "number" ? error : 500;
  return new DdpError(code, typeof reason === "string" ? reason : undefined, details);
}
