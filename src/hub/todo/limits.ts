/**
 * The bounds of the to-do list, the same for the server and its page.
 *
 * @module
 */

/** UTF-16 units, as in `maxlength`. */
export const MAX_TITLE = 120;

/** How many tasks there may be. */
export const MAX_TASKS = 100;

/** How late answers may be made, in milliseconds. */
export const MAX_DELAY = 5000;
