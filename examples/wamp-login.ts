// WAMP with passwords and roles: who has joined, what it may do, and a call that is canceled.
import { connect } from "fullduplex";
import { serve } from "fullduplex/server";
import { scram, wampClient } from "fullduplex/wamp";
import type { WampClient, WampError } from "fullduplex/wamp";
import {
  createRouter,
  permissions,
  scram as byPassword,
  scramCredentials,
} from "fullduplex/wamp/router";

const ada = { ...(await scramCredentials("enchantress")), role: "operator" };
const ben = { ...(await scramCredentials("of numbers")), role: "guest" };

const router = createRouter({
  realms: {
    plant: {
      authenticators: [byPassword({ principals: { ada, ben } })],
      authorizer: permissions({
        roles: {
          plant: [{ uri: "com.example.", match: "prefix", allow: { register: true } }],
          operator: [{ uri: "com.example.", match: "prefix", allow: { call: true } }],
          guest: [{ uri: "com.example.temperature", allow: { call: true } }],
        },
      }),
    },
  },
});
const server = await serve(router.handler, { subprotocols: router.subprotocols });

const plant = await router.session("plant", { authrole: "plant" });
await plant.register("com.example.temperature", () => 21);
await plant.register("com.example.cool", ({ signal }) => {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve("stopped early"));
  });
});

const login = (authid: string, password: string): WampClient =>
  wampClient(({ subprotocols, signal }) => connect(server.url, { subprotocols, signal }), {
    realm: "plant",
    authentication: [scram({ authid, password })],
  });

const guest = login("ben", "of numbers");
console.log((await guest.connected()).authrole);
console.log(await guest.call("com.example.temperature"));
await guest.call("com.example.cool").catch((error: WampError) => console.log(error.uri));

const operator = login("ada", "enchantress");
console.log((await operator.connected()).authrole);
// With `kill` the callee has the last word.
const limits = { signal: AbortSignal.timeout(100), cancelMode: "kill" } as const;
console.log(await operator.call("com.example.cool", [], limits));

const stranger = login("ada", "a guess");
console.log(String(await stranger.closed));

await guest.close();
await operator.close();
await router.close();
await server.close();
