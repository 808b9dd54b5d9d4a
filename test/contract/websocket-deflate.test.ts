import { connectionContract } from "./connection-contract.ts";
import { openServer } from "./support/websocket-ends.ts";

const DEDICATED = {
  serverContextTakeover: true,
  clientContextTakeover: true,
  threshold: 1,
  level: 1,
};

connectionContract("a WebSocket that compresses, as its server", (options) =>
  openServer({ client: { compression: DEDICATED }, server: { compression: DEDICATED } }, options),
);
