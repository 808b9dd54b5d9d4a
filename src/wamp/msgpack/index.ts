/**
 * `fullduplex/wamp/msgpack`: MessagePack for WAMP.
 *
 * @module
 */

export { msgpack } from "./msgpack.ts";
