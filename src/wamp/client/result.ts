/**
 * More than one value, where a function returns one.
 *
 * @module
 */

import type { Dict, List } from "../protocol/messages.ts";

/**
 * What a handler returns, or yields, that has other than one value: several, or values with names.
 *
 * @example
 * ```ts
 * await client.register("com.app.divide", ({ args: [a, b] }) => new WampResult([Math.floor(a / b), a % b]));
 * ```
 */
export class WampResult {
  readonly args: List;
  readonly kwargs: Dict | undefined;

  constructor(args: List, kwargs?: Dict) {
    this.args = args;
    this.kwargs = kwargs;
  }
}
