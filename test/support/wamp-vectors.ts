/**
 * Test vectors of the WAMP specification's own repository, where they are. A test that reads them is skipped where not.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/** `WAMP_VECTORS` names another place. */
export const VECTORS: string =
  process.env["WAMP_VECTORS"] ??
  fileURLToPath(new URL("../../../shared/data/wamp-vectors", import.meta.url));
