/**
 * Procedures of the router's own.
 *
 * @module
 */

import type { Dict, List } from "../../protocol/messages.ts";
import type { Session } from "../session/session.ts";

export interface MetaCall {
  readonly caller: Session;
  readonly args: List;
  readonly kwargs: Dict;
}

export interface MetaResult {
  readonly args?: List | undefined;
  readonly kwargs?: Dict | undefined;
}

/** Answers; what it throws as a `WampError` is the answer too. */
export type MetaProcedure = (call: MetaCall) => MetaResult | Promise<MetaResult>;
