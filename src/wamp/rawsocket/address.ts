/**
 * Where a RawSocket is.
 *
 * @module
 */

/** A TCP port, or the path of a Unix socket. */
export type RawSocketAddress =
  | { readonly host: string; readonly port: number; readonly path?: undefined }
  | { readonly path: string; readonly host?: undefined; readonly port?: undefined };
