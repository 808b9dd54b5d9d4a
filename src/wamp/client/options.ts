/**
 * From the options of an application to those that are sent.
 *
 * @module
 */

/** Those that are for this side. */
const LOCAL = new Set([
  "kwargs",
  "timeout",
  "signal",
  "cancelMode",
  "maxQueue",
  "overflow",
  "chunks",
]);

/** What is for the router. What is `undefined` is left out: some serializers would send it as null. */
export function wireOptions(options: object | undefined): Record<string, never> {
  if (options === undefined) return {};
  const sent: [string, never][] = [];
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !LOCAL.has(name)) sent.push([name, value as never]);
  }
  return Object.fromEntries(sent);
}
