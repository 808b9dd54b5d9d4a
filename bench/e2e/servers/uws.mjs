/**
 * uWebSockets.js, the C++ add-on.
 *
 * @module
 */

import uWS from "@trufflesuite/uws-js-unofficial";
import { listening } from "./support.mjs";

const app = uWS.App();

app.ws("/*", {
  maxPayloadLength: 1024 * 1024,
  maxBackpressure: 16 * 1024 * 1024,
  message: (socket, message, binary) => {
    socket.send(message, binary);
  },
});

app.listen("127.0.0.1", 0, (socket) => listening(uWS.us_socket_local_port(socket)));
