/**
 * What a callee is told beside the arguments.
 *
 * @module
 */

import type { Call as CallMessage, InvocationDetails } from "../../protocol/messages.ts";
import type { Decision } from "../authorization/authorizer.ts";
import type { Session } from "../session/session.ts";
import type { Callee } from "./callee.ts";
import { copyPassthru, isPassthru } from "../passthru.ts";
import type { Registration } from "./registration.ts";

type Details = { -readonly [Key in keyof InvocationDetails]: InvocationDetails[Key] };

export function invocationDetails(
  caller: Session,
  [, , options, procedure]: CallMessage,
  { match }: Registration,
  callee: Callee,
  { disclose, trustlevel }: Decision,
): InvocationDetails {
  const details: Details = {};
  if (match !== "exact") details.procedure = procedure;
  if (disclose ?? (options.disclose_me === true || callee.disclosesCaller)) {
    details.caller = caller.id;
    details.caller_authid = caller.principal.authid;
    details.caller_authrole = caller.principal.authrole;
  }
  if (trustlevel !== undefined) details.trustlevel = trustlevel;
  if (options.receive_progress === true && callee.yieldsProgress) details.receive_progress = true;
  if (options.timeout !== undefined && options.timeout > 0 && callee.mindsTimeout) {
    details.timeout = options.timeout;
  }
  if (isPassthru(options)) copyPassthru(options, details);
  return details;
}
