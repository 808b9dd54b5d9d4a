// Only who has a token gets a connection, and the connection knows who it is.
import { HandshakeError, connect } from "fullduplex";
import { bearerAuth, safeEqual, serve } from "fullduplex/server";
import type { ServerConnection } from "fullduplex/server";

interface User {
  name: string;
}

const secret = "8SZDvK2qXH7wPm4T"; // from a file or the environment, really

const server = await serve(
  async (connection: ServerConnection<User>) => {
    await connection.send(`hello ${connection.data.name}`);
  },
  {
    onHandshake: bearerAuth<User>({
      check: (token) => safeEqual(token, secret) && { name: "Ada" },
    }),
  },
);

try {
  await connect(server.url, { headers: { Authorization: "Bearer guessed" } });
} catch (error) {
  console.log(error instanceof HandshakeError && error.status);
}

const connection = await connect(server.url, { headers: { Authorization: `Bearer ${secret}` } });
console.log(await connection.recv());
await connection.close();
await server.close();
