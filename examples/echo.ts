// An echo server, and a client of it.
import { connect } from "fullduplex";
import { serve } from "fullduplex/server";

const server = await serve(async (connection) => {
  for await (const message of connection) await connection.send(message);
});

const connection = await connect(server.url);
await connection.send("hello");
console.log(await connection.recv());
console.log(`round trip: ${(await connection.ping()) > 0 ? "measured" : "not measured"}`);

await connection.close();
await server.close();
