/**
 * This package's DDP server: a collection of 10 documents that clients subscribe to, and a method that changes one of them. The
 * second argument is how many live queries there are besides, each for another document.
 *
 * @module
 */

import { createDdp, memoryDatabase } from "fullduplex/ddp/server";
import { serve } from "fullduplex/server";
import { listening } from "./support.mjs";

const database = memoryDatabase();
const items = database.collection("items");
for (let index = 0; index < 10; index++) {
  await items.insert({ _id: `item${index}`, list: 1, text: "x".repeat(64), number: 0 });
}

const unrelated = Number(process.argv[3] ?? 0);
const nothing = { added() {}, changed() {}, removed() {}, failed() {} };
for (let index = 0; index < unrelated; index++) {
  await items.insert({ _id: `other${index}`, list: 2, number: 0 });
  await items.find({ _id: `other${index}` }).observe(nothing);
}

const ddp = createDdp();
ddp.publish("items", () => items.find({ list: 1 }));
ddp.methods({
  touch: async (_invocation, number) => {
    await items.update("item0", { $set: { number } });
  },
});

const server = await serve(ddp.handler, { compression: false });
listening(server.port);
