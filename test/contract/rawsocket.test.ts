import { connectionContract } from "./connection-contract.ts";
import { openRawSocket } from "./support/rawsocket-ends.ts";

const WITHOUT_PARTS = [
  "what an iterable yields is one message",
  "an iterable that yields nothing is no message",
  "text may be cut inside of a character",
  "what is sent during a message in parts comes after it",
  "what is in parts waits for a slow peer, and goes before a close",
  "a part that never comes doesn't keep a close from ending",
  "parts may be reused once the next one is asked for",
  "pings are answered inside of a message in parts",
  "parts of mixed kinds close the connection with 1011",
  "a source that fails inside of its message closes with 1011",
  "a source that fails before its first part does no harm",
  "a source that fails while the connection closes breaks nothing",
  "a source is told when the connection has ended",
  "recvStream yields a message as it comes",
  "recvStream takes a message that is larger than the limit",
  "recvStream takes large messages that follow each other",
  "recvStream, recv and forEach take turns",
  "recvStream rejects when the connection ends inside of the message",
  "recvStream has the messages for itself",
  "leaving recvStream early drops the rest of the message only",
  "leaving one stream doesn't make the next one whole",
  "an interrupted recvStream loses no message",
  "a message in parts waits while it is not read",
  "messages in parts that wait count for something",
];

const skip = WITHOUT_PARTS.map((test) => ({ test, reason: "a frame has its length before it" }));

for (const near of ["client", "server"] as const) {
  const open: Parameters<typeof connectionContract>[1] = (options) => openRawSocket(near, options);
  connectionContract(`a RawSocket, as its ${near}`, open, { skip });
}
