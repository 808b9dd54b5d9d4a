/**
 * The `Sec-WebSocket-Extensions` field (RFC 6455 section 9.1).
 *
 * @module
 */

import { FieldReader } from "../handshake/field-values.ts";

/** One extension that is offered, or accepted, with its parameters in order and as they came. */
export interface ExtensionOffer {
  readonly name: string;
  /** A parameter without a value has `undefined`. Repeated ones are there each time. */
  readonly parameters: readonly (readonly [name: string, value: string | undefined])[];
}

/** The extensions of a list; `undefined` when it is malformed, or has none. */
export function parseExtensions(value: string): ExtensionOffer[] | undefined {
  const reader = new FieldReader(value);
  const offers: ExtensionOffer[] = [];
  while (reader.nextElement()) {
    const offer = parseOffer(reader);
    if (!offer) return undefined;
    offers.push(offer);
  }
  return offers.length > 0 ? offers : undefined;
}

function parseOffer(reader: FieldReader): ExtensionOffer | undefined {
  const name = reader.token();
  if (name === undefined) return undefined;
  const parameters: [string, string | undefined][] = [];
  while (reader.skip(";")) {
    const parameter = reader.token();
    if (parameter === undefined) return undefined;
    const hasValue = reader.skip("=");
    const value = hasValue ? reader.tokenOrQuoted() : undefined;
    if (hasValue && value === undefined) return undefined;
    parameters.push([parameter, value]);
  }
  return reader.atElementEnd() ? { name, parameters } : undefined;
}
