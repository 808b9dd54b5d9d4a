import { describe, expect, test } from "vitest";
import { HttpHeaders } from "../../../../src/http/headers.ts";
import { DdpPeer } from "../../../support/ddp-peer.ts";
import type { Json } from "../../../support/ddp-peer.ts";
import { parseTranscripts, transcriptServer } from "../../../support/ddp-transcripts.ts";
import type { Transcript } from "../../../support/ddp-transcripts.ts";
import { NO_VECTORS, vectors } from "../../../support/ddp-vectors.ts";

const text = vectors("golden-transcripts-1.txt");

/** Those are about URLs and about SockJS, not about sessions. */
const ELSEWHERE = /^(sockjs|raw sockjs|\/websocket\/|GET )/;

function badRequest(offendingMessage: Json): Json {
  return { msg: "error", reason: "Bad request", offendingMessage };
}

function notFound(what: string): Json {
  const reason = `${what} 'toString' not found`;
  const message = `${reason} [404]`;
  return { isClientSafe: true, error: 404, reason, message, errorType: "Meteor.Error" };
}

/** What we answer where Meteor's answer isn't to be copied (see docs/internals/ddp.md). */
const DEVIATIONS: ReadonlyMap<string, readonly Json[]> = new Map([
  // Meteor finds an inherited property.
  ['{"msg":"toString"}', [badRequest({ msg: "toString" })]],
  [
    '{"msg":"method","id":"1","method":"toString"}',
    [
      { msg: "updated", methods: ["1"] },
      { msg: "result", id: "1", error: notFound("Method") },
    ],
  ],
  [
    '{"msg":"sub","id":"1","name":"toString"}',
    [{ msg: "nosub", id: "1", error: notFound("Subscription") }],
  ],
  // Meteor decodes it to something.
  [
    '{"msg":"method","id":"2","method":"echo","params":[{"$binary":"!!!"}]}',
    [{ msg: "error", reason: "Parse error" }],
  ],
  // Meteor answers nothing.
  ['{"msg":"ping","id":5}', [badRequest({ msg: "ping", id: 5 })]],
  [
    '{"msg":"unsub","id":7}',
    [
      {
        msg: "error",
        reason: "Malformed unsubscription",
        offendingMessage: { msg: "unsub", id: 7 },
      },
    ],
  ],
  // Nobody can foresee it.
  [
    '{"msg":"method","id":"4","method":"seed"}',
    [
      { msg: "updated", methods: ["4"] },
      {
        msg: "result",
        id: "4",
        result: [
          null,
          expect.stringMatching(/^\w{17}$/),
          expect.stringMatching(/^\w{17}$/),
          expect.stringMatching(/^[0-9a-f]{24}$/),
        ],
      },
    ],
  ],
]);

/** A client from a known address. */
function arrive(): DdpPeer {
  const server = transcriptServer();
  return new DdpPeer({
    handler: (connection) => {
      const request = { remoteAddress: "127.0.0.1", headers: new HttpHeaders() };
      return server.handler(Object.assign(connection, { request }));
    },
  });
}

/** (No order is promised of a method's `result` and its `updated`.) */
function results(messages: readonly Json[]): Json[] {
  return messages.filter(({ msg }) => msg === "result");
}

function others(messages: readonly Json[]): Json[] {
  return messages.filter(({ msg }) => msg !== "result");
}

function expected(messages: readonly Json[]): Json[] {
  return messages.map((message) =>
    message["session"] === "SID" ? { ...message, session: expect.any(String) } : message,
  );
}

async function replay({ exchanges, isClosed }: Transcript): Promise<void> {
  const peer = arrive();
  for (const { sent, answers } of exchanges) {
    for (const each of sent) peer.sendText(each);
    const wanted = expected(DEVIATIONS.get(sent[0] as string) ?? answers);
    const got = await peer.rest();
    expect(others(got)).toEqual(others(wanted));
    expect(results(got)).toEqual(results(wanted));
  }
  if (isClosed) expect(await peer.connection.closed).toMatchObject({ code: 1000, wasClean: true });
  else expect(peer.connection.state).toBe("open");
}

describe.skipIf(text === undefined)(`what was recorded of Meteor (else: ${NO_VECTORS})`, () => {
  const transcripts = parseTranscripts(text ?? "").filter(({ name }) => !ELSEWHERE.test(name));

  test("there is something to replay, and each deviation is met", () => {
    expect(transcripts.length).toBeGreaterThanOrEqual(20);
    const sent = transcripts.flatMap(({ exchanges }) => exchanges.flatMap((each) => each.sent));
    for (const deviation of DEVIATIONS.keys()) expect(sent).toContain(deviation);
  });

  test.each(transcripts.map((transcript) => [transcript.name, transcript] as const))(
    "%s",
    (_name, transcript) => replay(transcript),
  );
});
