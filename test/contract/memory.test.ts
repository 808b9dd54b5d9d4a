/**
 * The contract of a connection, in memory.
 *
 * @module
 */

import { pair } from "../../src/testing/pair.ts";
import { connectionContract } from "./connection-contract.ts";

connectionContract("memory", ({ onFar, farOptions, ...options } = {}) => {
  const [near, far] = pair(options, farOptions);
  onFar?.(far);
  const dispose = (): void => near.terminate();
  return Promise.resolve({ near, far, dispose });
});
