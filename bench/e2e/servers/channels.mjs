/**
 * This package's channels: every client is told to subscribe by the generator, and a broadcast is a publication.
 *
 * @module
 */

import { createChannels } from "fullduplex/channels/server";
import { serve } from "fullduplex/server";
import { broadcaster } from "./broadcaster.mjs";
import { listening } from "./support.mjs";

const control = broadcaster((text) => void channels.publish("room:1", JSON.stringify(text)));

const channels = createChannels({
  anonymous: true,
  namespaces: {
    room: { access: { subscribe: "anyone" } },
    log: { access: { subscribe: "anyone" }, history: { size: 10, ttl: 3_600_000 } },
  },
  hooks: { message: ({ data }) => control(String(JSON.parse(String(data)))) },
});

for (let count = 0; count < 10; count++) await channels.publish("log:1", JSON.stringify({ count }));

const server = await serve(channels.handler, { compression: false });
listening(server.port);
