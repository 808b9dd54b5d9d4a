/**
 * What the chat's page and server say to each other: objects in JSON, one in each text message.
 *
 * @module
 */

/**
 * From a client. `hello` comes first, and once.
 *
 * `session` is a secret of the tab: a connection with the same one takes the place of an earlier one. `after` is the id
 * of the last message that the client has of a room. `key` is chosen by the client and tells its messages apart, so that
 * one that is sent again after a connection broke does not appear twice.
 */
export type ClientMessage =
  | { readonly type: "hello"; readonly name: string; readonly session: string }
  | { readonly type: "rename"; readonly name: string }
  | { readonly type: "join"; readonly room: string; readonly after?: string }
  | { readonly type: "leave"; readonly room: string }
  | { readonly type: "say"; readonly room: string; readonly text: string; readonly key: string }
  | { readonly type: "ping" };

/** Something that was said. */
export interface ChatMessage {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** A room in the list of rooms. */
export interface RoomSummary {
  readonly room: string;
  readonly members: number;
}

/** Who is in a room, and what was said there. */
export interface RoomState {
  readonly room: string;
  readonly members: readonly string[];
  readonly messages: readonly ChatMessage[];
  /** Whether `messages` is all that was said after what the client asked for. */
  readonly complete: boolean;
}

/** Why something was not done. */
export type Problem = "name" | "room" | "text" | "full" | "rate";

/** From the server. */
export type ServerMessage =
  | { readonly type: "welcome"; readonly name: string }
  | { readonly type: "rooms"; readonly rooms: readonly RoomSummary[] }
  | ({ readonly type: "joined" } & RoomState)
  | { readonly type: "left"; readonly room: string }
  | { readonly type: "arrived"; readonly room: string; readonly name: string }
  | { readonly type: "departed"; readonly room: string; readonly name: string }
  | { readonly type: "renamed"; readonly from: string; readonly to: string }
  | { readonly type: "message"; readonly room: string; readonly message: ChatMessage }
  | ProblemMessage
  | { readonly type: "pong" };

/** `about` is the room or the key of what was not done. */
export interface ProblemMessage {
  readonly type: "problem";
  readonly problem: Problem;
  readonly message: string;
  readonly about?: string;
}
