// Talks to an echo server, given by its URL, over Node's own WebSocket, and prints what came back as JSON.
const [url] = process.argv.slice(2);
const socket = new WebSocket(url, ["echo"]);
socket.binaryType = "arraybuffer";

const messages = [];
let wake = () => {};
socket.onmessage = ({ data }) => {
  messages.push(data);
  wake();
};
const next = async () => {
  while (messages.length === 0) await new Promise((resolve) => (wake = resolve));
  return messages.shift();
};

await new Promise((resolve, reject) => {
  socket.onopen = resolve;
  socket.onerror = reject;
});
const report = { subprotocol: socket.protocol, compressed: socket.extensions !== "" };
socket.send("grüße 👋");
report.text = await next();
socket.send(Uint8Array.from({ length: 256 }, (_, index) => index));
report.binary = [...new Uint8Array(await next())];
const large = "0123456789".repeat(100_000);
socket.send(large);
report.large = (await next()) === large;
for (let count = 0; count < 50; count++) socket.send(large.slice(0, 2_000));
report.many = 0;
for (let count = 0; count < 50; count++)
  if ((await next()) === large.slice(0, 2_000)) report.many++;
const closed = new Promise((resolve) => (socket.onclose = resolve));
socket.close(4001, "enough");
const { code, reason } = await closed;
report.close = [code, reason];
console.log(JSON.stringify(report));
