/**
 * What is answered to a person who asks for something that can't be.
 *
 * @module
 */

import { ChannelError } from "../../channels/server/index.ts";

/** Errors of the protocol of channels. */
const LIMIT_EXCEEDED = 106;
const TOO_MANY_REQUESTS = 111;

/** The chat's own: what was typed can't be taken as it is. */
const UNSUITABLE = 400;

export function unsuitable(message: string): ChannelError {
  return new ChannelError(UNSUITABLE, message);
}

export function full(message: string): ChannelError {
  return new ChannelError(LIMIT_EXCEEDED, message);
}

/** There is no room for more people: clients come back later by themselves. */
export function crowded(): ChannelError {
  return new ChannelError(LIMIT_EXCEEDED, "There are too many people.", { temporary: true });
}

export function tooFast(): ChannelError {
  return new ChannelError(TOO_MANY_REQUESTS, "Not so fast.");
}
