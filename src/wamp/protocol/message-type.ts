/**
 * The codes of messages (WAMP specification, "Message Codes and Direction"). Import the module as `MessageType`: a page loads none
 * of the names.
 *
 * @module
 */

export const Hello = 1;
export const Welcome = 2;
export const Abort = 3;
export const Challenge = 4;
export const Authenticate = 5;
export const Goodbye = 6;
export const Error = 8;
export const Publish = 16;
export const Published = 17;
export const Subscribe = 32;
export const Subscribed = 33;
export const Unsubscribe = 34;
export const Unsubscribed = 35;
export const Event = 36;
export const Call = 48;
export const Cancel = 49;
export const Result = 50;
export const Register = 64;
export const Registered = 65;
export const Unregister = 66;
export const Unregistered = 67;
export const Invocation = 68;
export const Interrupt = 69;
export const Yield = 70;
