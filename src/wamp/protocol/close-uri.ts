/**
 * The reasons of GOODBYE (WAMP specification, "Session Closing"). Import the module as `CloseUri`: a page loads only
 * those that it uses.
 *
 * @module
 */

export const CloseRealm = "wamp.close.close_realm";
export const GoodbyeAndOut = "wamp.close.goodbye_and_out";
export const Killed = "wamp.close.killed";
/** Not in the specification's list, but what everybody sends. */
export const Normal = "wamp.close.normal";
export const SystemShutdown = "wamp.close.system_shutdown";
