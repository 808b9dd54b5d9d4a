// WebSockets beside an HTTP application, on the port that it has already: the same for Express, Fastify or Koa.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "fullduplex";
import { serve } from "fullduplex/server";

const http = createServer((_request, response) => response.end("a page"));
await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
const { port } = http.address() as AddressInfo;

const server = await serve(
  {
    "/live": async (connection) => {
      await connection.send("an update");
    },
  },
  { server: http },
);

const response = await fetch(`http://127.0.0.1:${port}/`);
console.log(await response.text());

const connection = await connect(`ws://127.0.0.1:${port}/live`);
console.log(await connection.recv());

await connection.close();
await server.close();
http.close();
