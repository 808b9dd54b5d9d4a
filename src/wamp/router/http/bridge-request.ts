/**
 * What requests to the bridge say, checked.
 *
 * @module
 */

import { json } from "../../protocol/json.ts";
import * as MessageType from "../../protocol/message-type.ts";
import type { CallOptions, Dict, List, PublishOptions, Uri } from "../../protocol/messages.ts";
import { OPTIONS } from "../../protocol/options.ts";
import type { Checks } from "../../protocol/options.ts";
import { isDict } from "../../protocol/dict.ts";
import { invalid } from "./bridge-error.ts";

export const OPERATIONS = ["call", "publish"] as const;
export type Operation = (typeof OPERATIONS)[number];

/** `uri` is the procedure or the topic. */
export interface BridgeRequest {
  readonly uri: Uri;
  readonly args: List;
  readonly kwargs: Dict;
  readonly options: CallOptions & PublishOptions;
}

/** What one request with one answer can ask for: no progress, and `acknowledge` goes without saying. */
const OPTION_NAMES: Readonly<Record<Operation, readonly string[]>> = {
  call: ["timeout", "disclose_me"],
  publish: [
    "acknowledge",
    "disclose_me",
    "eligible",
    "eligible_authid",
    "eligible_authrole",
    "exclude",
    "exclude_authid",
    "exclude_authrole",
    "exclude_me",
    "retain",
  ],
};

const CHECKS = {
  call: OPTIONS.get(MessageType.Call) as Checks,
  publish: OPTIONS.get(MessageType.Publish) as Checks,
};

const NAMES = { call: "procedure", publish: "topic" } as const;

/** @throws BridgeError 400 for anything else. */
export function parseBridgeRequest(operation: Operation, text: string): BridgeRequest {
  const body = parseJson(text);
  const name = NAMES[operation];
  if (!isDict(body)) throw invalid("the body has to be an object in JSON");
  const { args = [], kwargs = {}, options = {} } = body;
  const uri = body[name];
  if (typeof uri !== "string") throw invalid(`${name} has to be a string`);
  if (!Array.isArray(args)) throw invalid("args has to be a list");
  if (!isDict(kwargs)) throw invalid("kwargs has to be an object");
  if (!isDict(options)) throw invalid("options has to be an object");
  checkOptions(operation, options);
  return { uri, args, kwargs, options };
}

function checkOptions(operation: Operation, options: Dict): void {
  for (const [name, value] of Object.entries(options)) {
    const check = OPTION_NAMES[operation].includes(name)
      ? CHECKS[operation]?.byName.get(name)
      : undefined;
    if (!check) throw invalid(`there is no option ${name}`);
    if (!check.accepts(value)) throw invalid(`options: ${name} is no ${check.what}`);
  }
}

function parseJson(text: string): unknown {
  try {
    return json.decode(text);
  } catch {
    throw invalid("the body has to be an object in JSON");
  }
}
