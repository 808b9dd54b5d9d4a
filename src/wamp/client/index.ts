/**
 * `fullduplex/wamp`: the client of WAMP, for every platform.
 *
 * @module
 */

export { ClientSession } from "./session.ts";
export { ConnectionLink } from "../protocol/link.ts";
export { WampError } from "../protocol/errors.ts";
export { json } from "../protocol/json.ts";
export type { Serializer } from "../protocol/serializer.ts";
