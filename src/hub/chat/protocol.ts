/**
 * What the chat's page and the hub say to each other, over channels: data in JSON.
 *
 * @module
 */

/** The namespace of the rooms: the channel of a room is `chat:<room>`. */
export const CHAT = "chat";

/** Where the list of rooms is published whenever it changes. */
export const DIRECTORY = "hub:rooms";

/** For the server's `connect` hook. `session` is a secret of the page: a connection with the same one takes the place of an earlier one. */
export interface Hello {
  readonly name: string;
  readonly session: string;
}

/** What the server has for a client that connects. */
export interface Welcome {
  /** The name that it was given: the one that it asked for, or one like it. */
  readonly name: string;
  readonly rooms: readonly RoomSummary[];
}

/** A room in the list of rooms. */
export interface RoomSummary {
  readonly room: string;
  readonly members: number;
}

/** What others see of a person, in presence and with what they say. */
export interface Person {
  readonly name: string;
}

/**
 * Something to say. `key` is chosen by the client and tells its messages apart, so that one that is sent again after a
 * connection broke does not appear twice.
 */
export interface Say {
  readonly text: string;
  readonly key?: string;
}

/** Something that was said, as it is published. Backends publish it too: `name` is theirs. */
export interface Said extends Say {
  /** Milliseconds since 1970. */
  readonly time?: number;
  readonly name?: string;
}

/** Somebody has another name from now on; published in each room that they are in, and not kept in the history. */
export interface Renamed {
  readonly renamed: { readonly client: string; readonly from: string; readonly to: string };
}

/** What a client may ask of the server besides: `rename`, which is answered like `Person`, and `ping`. */
export const Rpc = { Rename: "rename", Ping: "ping" } as const;

export function channelOf(room: string): string {
  return `${CHAT}:${room}`;
}

/** The room of a channel; `undefined` for other channels. */
export function roomOf(channel: string): string | undefined {
  const prefix = `${CHAT}:`;
  return channel.startsWith(prefix) ? channel.slice(prefix.length) : undefined;
}
