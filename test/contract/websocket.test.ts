import { connectionContract } from "./connection-contract.ts";
import { PLAIN, openClient } from "./support/websocket-ends.ts";

connectionContract("a WebSocket, as its client", (options) => openClient(PLAIN, options));
