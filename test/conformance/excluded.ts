/**
 * Cases that are not run, by number, each with the reason. There are none, and that is the aim.
 *
 * @module
 */

export const EXCLUDED: Readonly<Record<string, string>> = {};
