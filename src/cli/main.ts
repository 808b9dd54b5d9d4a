#!/usr/bin/env node
/**
 * The program `fullduplex`.
 *
 * @module
 */

import { processIo } from "./io.ts";
import { run } from "./run.ts";

// Not `process.exit`, which would cut off output that is still being written.
process.exitCode = await run(process.argv.slice(2), processIo());
