/**
 * What a session needs of its server.
 *
 * @module
 */

import type { Clock } from "../../../util/clock.ts";
import type { Logger } from "../logger.ts";
import type { Methods } from "../methods/methods.ts";
import type { Publications } from "../publications/publications.ts";

export interface SessionServer {
  readonly methods: Methods;
  readonly publications: Publications;
  readonly logger: Logger;
  readonly clock: Clock;
}
