/**
 * Certificates for tests, each signed by itself.
 *
 * @module
 */

import { readFileSync } from "node:fs";

/** A certificate for `localhost` and `127.0.0.1`, and its key, in PEM; its common name is `name`. */
export function certificate(name: "server" | "renewed" | "client"): { cert: string; key: string } {
  const read = (kind: string): string => {
    return readFileSync(new URL(`certificates/${name}.${kind}.pem`, import.meta.url), "utf8");
  };
  return { cert: read("cert"), key: read("key") };
}
