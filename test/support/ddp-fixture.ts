/**
 * A server of DDP for tests.
 *
 * @module
 */

import { createDdp } from "../../src/ddp/server/index.ts";
import type { Ddp } from "../../src/ddp/server/index.ts";
import { RecordingLogger } from "./recording-logger.ts";

/** One that logs nothing, and has a method by which a client logs in as whoever it likes. */
export function ddpWith(): { ddp: Ddp; logger: RecordingLogger } {
  const logger = new RecordingLogger();
  const ddp = createDdp({ logger });
  ddp.methods({
    login: async (invocation, user) => {
      await invocation.setUserId(user === null ? null : String(user));
    },
  });
  return { ddp, logger };
}

/** What a client sees of an error that is only for the log. */
export const INTERNAL_ERROR = {
  isClientSafe: true,
  error: 500,
  reason: "Internal server error",
  message: "Internal server error [500]",
  errorType: "Meteor.Error",
};
