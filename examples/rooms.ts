// Chat rooms: a route with a parameter, and broadcasting to the others.
import { connect } from "fullduplex";
import { broadcast, serve } from "fullduplex/server";
import type { ServerConnection } from "fullduplex/server";

const rooms = new Map<string, Set<ServerConnection>>();

const server = await serve({
  "/rooms/:room": async (connection, { room }) => {
    const members = rooms.get(room) ?? new Set();
    rooms.set(room, members.add(connection));
    try {
      await connection.send(`welcome to ${room}`);
      for await (const message of connection) broadcast(members, message, { except: connection });
    } finally {
      members.delete(connection);
      if (members.size === 0) rooms.delete(room);
    }
  },
});

const ada = await connect(`${server.url}/rooms/tea`);
const ben = await connect(`${server.url}/rooms/tea`);
console.log(await ada.recv());
console.log(await ben.recv());
await ada.send("is there tea left?");
console.log(await ben.recv());

await ada.close();
await ben.close();
await server.close();
