/**
 * `fullduplex/wamp/cbor`: CBOR for WAMP.
 *
 * @module
 */

export { cbor } from "./cbor.ts";
