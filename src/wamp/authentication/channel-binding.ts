/**
 * What binds an authentication to the TLS connection below (RFC 5056): `tls-exporter` (RFC 9266). The other kinds that the
 * WAMP specification names are not offered: `tls-unique` doesn't exist in TLS 1.3, and `tls-server-end-point` binds to a
 * certificate only.
 *
 * @module
 */

import type { Connection } from "../../connection/connection.ts";
import type { Bytes } from "./bytes.ts";

export type ChannelBinding = "tls-exporter";

/** What a connection's `request` tells about its TLS, where it has any (`TlsFacts` of the server). */
interface TlsChannel {
  readonly protocol: string | null;
  exportKeyingMaterial(length: number, label: string, context?: Uint8Array): Uint8Array;
}

/** The 32 bytes that only the two ends of this TLS connection know; `undefined` where there are none. */
export function channelId(connection: Connection | undefined, type: string): Bytes | undefined {
  if (type !== "tls-exporter") return undefined;
  const { tls } = (connection?.request ?? {}) as { readonly tls?: TlsChannel | undefined };
  // Before TLS 1.3 the material is unique only with an extension that can't be asked for (RFC 9266 section 4.2).
  if (tls?.protocol !== "TLSv1.3") return undefined;
  return Uint8Array.from(
    tls.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", new Uint8Array()),
  );
}
