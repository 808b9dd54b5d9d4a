/**
 * The bounds of the chat, the same for the server and its page. Lengths of text are UTF-16 units, as in `maxlength`.
 *
 * @module
 */

export const MAX_NAME = 24;
export const MAX_ROOM_NAME = 32;
export const MAX_TEXT = 2000;

/** How many rooms one person may be in. */
export const MAX_JOINED = 8;

/** How many rooms there may be. */
export const MAX_ROOMS = 100;

/** How many people may be in one room. */
export const MAX_MEMBERS = 200;

/** How many people there may be in all. */
export const MAX_PEOPLE = 1000;

/** What a room remembers for those who come later: how many messages, and for how long after the last one. */
export const HISTORY_SIZE = 200;
export const HISTORY_TTL: number = 60 * 60 * 1000;

/** The longest data that a client may send, in JSON. */
export const MAX_INPUT: number = 16 * 1024;

/** The room that there always is. */
export const LOBBY = "lobby";

/** What people are called who give no name. */
export const GUEST = "Guest";
