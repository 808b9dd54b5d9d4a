/**
 * The built package in use, in plain JavaScript, for any version of Node: `node smoke.mjs` where "fullduplex" can be
 * imported. Prints `ok` and ends by itself when nothing is left running.
 *
 * @module
 */

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { connect } from "fullduplex";
import { serve } from "fullduplex/server";
import { pair } from "fullduplex/testing";

const checks = {
  async "messages come back as they were sent"(url) {
    const connection = await connect(url);
    await connection.send("hello");
    assert.equal(await connection.recv(), "hello");
    await connection.send(Uint8Array.of(0, 1, 255));
    assert.deepEqual([...(await connection.recv())], [0, 1, 255]);
    await connection.close();
  },

  async "a large message passes, compressed and not"(url) {
    const text = "fullduplex ".repeat(90_000);
    for (const compression of [true, false]) {
      const connection = await connect(url, { compression });
      await connection.send(text);
      assert.equal(await connection.recv(), text);
      await connection.close();
    }
  },

  async "a ping is answered"(url) {
    const connection = await connect(url);
    assert.ok((await connection.ping()) >= 0);
    await connection.close();
  },

  async "both sides see the code of a close"(url) {
    const connection = await connect(`${url}close`);
    const { code, reason, initiator } = await connection.closed;
    assert.deepEqual(
      { code, reason, initiator },
      { code: 4001, reason: "bye", initiator: "remote" },
    );
    await assert.rejects(connection.recv(), { name: "ClosedError", closeCode: 4001 });
  },

  async "a handler that throws closes with 1011"(url) {
    const connection = await connect(`${url}throw`);
    assert.equal((await connection.closed).code, 1011);
  },

  async "the built-in client gets its messages back, where there is one"(url) {
    if (typeof WebSocket === "undefined") return;
    const socket = new WebSocket(url);
    const message = await new Promise((resolve, reject) => {
      socket.onopen = () => socket.send("hello");
      socket.onmessage = ({ data }) => resolve(data);
      socket.onerror = reject;
    });
    assert.equal(message, "hello");
    socket.close();
  },

  async "pairs in memory are connected"() {
    const [a, b] = pair();
    await a.send("hello");
    assert.equal(await b.recv(), "hello");
    await a.close();
    assert.equal((await b.closed).code, 1000);
  },

  async "every entry can be required"() {
    const require = createRequire(import.meta.url);
    for (const entry of ["", "/server", "/protocol", "/testing"]) {
      assert.ok(Object.keys(require(`fullduplex${entry}`)).length > 0, entry);
    }
  },
};

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const server = await serve(
  {
    "/": async (connection) => {
      for await (const message of connection) await connection.send(message);
    },
    "/close": async (connection) => {
      await connection.close(4001, "bye");
    },
    "/throw": () => {
      throw new Error("on purpose");
    },
  },
  { port: 0, logger: silent },
);
const url = new URL("/", server.url).href;
for (const [name, check] of Object.entries(checks)) {
  await check(url);
  console.log(name);
}
await server.close({ grace: 0 });
console.log("ok");
