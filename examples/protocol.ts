// The protocol without I/O: bytes in, events and bytes out. Here two ends that talk to each other directly.
import { Protocol, webPlatform } from "fullduplex/protocol";

const client = new Protocol({ role: "client", platform: webPlatform });
const server = new Protocol({ role: "server", platform: webPlatform });

client.sendMessage("hello");
for (const bytes of client.dataToSend()) server.receiveData(bytes);
for (const event of server.events()) {
  if (event.type === "message") server.sendMessage(`${event.data.toString()} yourself`);
}
for (const bytes of server.dataToSend()) client.receiveData(bytes);
for (const event of client.events()) console.log(event);
