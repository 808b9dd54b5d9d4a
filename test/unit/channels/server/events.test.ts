/**
 * Tests of events, as they go over the bus and to clients.
 *
 * @module
 */

import { expect, test } from "vitest";
import { jsonCodec } from "../../../../src/channels/protocol/json-codec.ts";
import { decodeControl, encodeControl } from "../../../../src/channels/server/control.ts";
import {
  clientInfoText,
  decodeEvent,
  decodePublication,
  Delivery,
  encodeEvent,
} from "../../../../src/channels/server/events.ts";
import type { ChannelEvent } from "../../../../src/channels/server/events.ts";

const info = {
  user: "__proto__",
  client: "c",
  conn_info: '{"a":1}',
  chan_info: Buffer.from([0, 255]),
};

const EVENTS: readonly ChannelEvent[] = [
  { type: "publication", publication: { data: "1" }, exclude: undefined },
  { type: "publication", publication: { data: "" }, exclude: "" },
  {
    type: "publication",
    publication: { data: Buffer.from([0, 1, 255]), info, tags: new Map([["__proto__", "x"]]) },
    exclude: "c",
  },
  { type: "join", info },
  { type: "leave", info: { user: "", client: "c", conn_info: undefined, chan_info: undefined } },
];

test("events are the same after the bus", () => {
  for (const event of EVENTS) expect(decodeEvent(encodeEvent(event))).toEqual(event);
});

test("the history holds publications only", () => {
  const [publication, , , join] = EVENTS as [
    ChannelEvent,
    ChannelEvent,
    ChannelEvent,
    ChannelEvent,
  ];
  expect(decodePublication({ offset: 3, data: encodeEvent(publication) })).toEqual({
    data: "1",
    offset: 3,
  });
  expect(() => decodePublication({ offset: 3, data: encodeEvent(join) })).toThrow("publications");
});

test("what presence keeps of a client", () => {
  expect(clientInfoText.decode(clientInfoText.encode(info))).toEqual(info);
});

test("a delivery is encoded once", () => {
  for (const event of EVENTS) {
    const delivery = new Delivery("a", event, 7, 10);
    expect(delivery.frame(jsonCodec)).toBe(delivery.frame(jsonCodec));
  }
  const [, , , join, leave] = EVENTS.map((event) => new Delivery("a", event, undefined, 10).push);
  expect(join).toEqual({ channel: "a", join: { info } });
  expect(leave).toMatchObject({ channel: "a", leave: { info: { client: "c" } } });
});

test("commands to other nodes are the same after the bus, bytes too", () => {
  for (const data of ["1", Buffer.from([0, 255]), undefined]) {
    const control = { do: "subscribe" as const, user: "ann", channel: "a", info: data, data };
    expect(decodeControl(encodeControl(control))).toEqual(control);
  }
});
