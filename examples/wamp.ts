// WAMP: a router with a session of the application's own, and two clients that call, publish and subscribe, with types.
import { connect } from "fullduplex";
import { serve } from "fullduplex/server";
import { WampError, wampClient } from "fullduplex/wamp";
import type { WampClient } from "fullduplex/wamp";
import { allowAll, anonymous, createRouter } from "fullduplex/wamp/router";

interface Shop {
  procedures: {
    "com.example.order": (item: string, count: number) => number;
    "com.example.pack": (count: number) => AsyncGenerator<string, string>;
  };
  topics: {
    "com.example.stock": { args: [item: string]; kwargs: { left: number } };
  };
  errors: {
    "com.example.error.out_of_stock": [item: string];
  };
}

const router = createRouter({
  realms: { shop: { authenticators: [anonymous()], authorizer: allowAll() } },
});
const server = await serve(router.handler, { subprotocols: router.subprotocols });

// The application itself, in the router's process.
const stock = new Map([["apples", 10]]);
const backend = await router.session<Shop>("shop");
await backend.register("com.example.order", async ({ args: [item, count] }) => {
  const left = (stock.get(item) ?? 0) - count;
  if (left < 0) throw new WampError("com.example.error.out_of_stock", [item]);
  stock.set(item, left);
  await backend.publish("com.example.stock", [item], { kwargs: { left } });
  return count * 0.5;
});

// Two programs elsewhere: one that packs, and one that orders.
const join = (): WampClient<Shop> =>
  wampClient<Shop>(({ subprotocols, signal }) => connect(server.url, { subprotocols, signal }), {
    realm: "shop",
  });

const packer = join();
await packer.register("com.example.pack", async function* ({ args: [count] }) {
  for (let n = 1; n <= count; n++) yield `packed ${n}`;
  return "ready";
});

const customer = join();
const changes = await customer.events("com.example.stock");
console.log(await customer.call("com.example.order", ["apples", 4]));
for await (const { args, kwargs } of changes) {
  console.log(`${kwargs.left} ${args[0]} left`);
  break;
}
try {
  await customer.call("com.example.order", ["apples", 7]);
} catch (error) {
  if (!customer.isError(error, "com.example.error.out_of_stock")) throw error;
  console.log(`not enough ${error.args[0]}`);
}
const packing = customer.callProgress("com.example.pack", [2]);
for await (const { value } of packing) console.log(value);
console.log((await packing.result).value);

await customer.close();
await packer.close();
await router.close();
await server.close();
