/**
 * uWebSockets.js, the C++ add-on. It publishes to topics by itself, which is its best way to broadcast.
 *
 * @module
 */

import uWS from "@trufflesuite/uws-js-unofficial";
import { broadcaster } from "./broadcaster.mjs";
import { listening, mode } from "./support.mjs";

const app = uWS.App();
const control = broadcaster((text) => void app.publish("all", text, false));

app.ws("/*", {
  maxPayloadLength: 1024 * 1024,
  maxBackpressure: 16 * 1024 * 1024,
  open(socket) {
    if (mode === "broadcast") socket.subscribe("all");
  },
  message(socket, message, binary) {
    if (mode === "broadcast") control(Buffer.from(message).toString());
    else socket.send(message, binary);
  },
});

app.listen("127.0.0.1", 0, (socket) => listening(uWS.us_socket_local_port(socket)));
