/**
 * fox-wamp, a router in JavaScript.
 *
 * @module
 */

import Router from "fox-wamp";
import { listening } from "./support.mjs";

const router = new Router();
const server = router.listenWAMP({ port: 0, host: "127.0.0.1" });
server.on("listening", () => listening(server.address().port));
