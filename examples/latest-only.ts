// A slow client gets the latest price of each share, not every price there ever was.
import { pair } from "fullduplex/testing";

const [client, server] = pair();

for (let price = 1; price <= 200_000; price++) {
  const share = price % 2 === 0 ? "EVEN" : "ODD";
  void server.send(`${share} ${price}`, { key: share });
}
void server.close();

let received = 0;
const latest = { ODD: "", EVEN: "" };
for await (const message of client) {
  const [share, price] = (message as string).split(" ") as ["ODD" | "EVEN", string];
  latest[share] = price;
  received++;
}
console.log(latest);
console.log(received + server.dropped === 200_000);
