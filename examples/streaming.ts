// A message that is too large to hold: sent and received in parts.
import { connect } from "fullduplex";
import { serve } from "fullduplex/server";

const server = await serve(async (connection) => {
  let size = 0;
  for await (const part of connection.recvStream()) size += part.length;
  await connection.send(`received ${size} bytes`);
});

async function* file(): AsyncGenerator<Uint8Array> {
  for (let piece = 0; piece < 100; piece++) yield new Uint8Array(64 * 1024);
}

const connection = await connect(server.url);
await connection.send(file());
console.log(await connection.recv());

await connection.close();
await server.close();
