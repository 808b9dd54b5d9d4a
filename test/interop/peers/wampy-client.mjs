/**
 * Takes part in a realm as wampy, and prints as JSON what it saw:
 * wampy-client.mjs URL SERIALIZER [METHOD AUTHID SECRET [PUBLIC_KEY]].
 *
 * @module
 */

import { load } from "./peer.mjs";
import { makeWampy } from "./wampy.mjs";

const [url = "", name = "json", method, authid, secret, pubkey] = process.argv.slice(2);

const { sign: signCra } = await load("wampy/wampcra.js");
const { sign: signCryptosign } = await load("wampy/cryptosign.js");

const authentication = method
  ? {
      authid,
      authmethods: [method],
      authextra: pubkey ? { pubkey } : {},
      authMode: "auto",
      authPlugins: {
        ticket: () => secret,
        wampcra: signCra(secret),
        cryptosign: method === "cryptosign" ? signCryptosign(secret) : undefined,
      },
    }
  : {};

/** @type {Record<string, unknown>} */
const report = {};
const callee = await makeWampy(url, name, authentication);
const caller = await makeWampy(url, name, authentication);
const welcome = await callee.connect().catch((/** @type {any} */ error) => {
  console.log(JSON.stringify({ refused: error.errorUri }));
  process.exit();
});
await caller.connect();
report.authrole = welcome.authrole;
report.authmethod = welcome.authmethod;

await callee.register("com.wampy.echo", (/** @type {any} */ data) => ({
  argsList: data.argsList,
  argsDict: data.argsDict,
}));
await callee.register("com.wampy.fail", () => {
  throw Object.assign(new Error("why"), {
    error: "com.wampy.failed",
    argsList: ["why"],
    argsDict: { code: 7 },
  });
});
await callee.register("com.wampy.progress", (/** @type {any} */ data) => {
  for (const number of [0, 1, 2]) {
    data.result_handler({ argsList: [number], options: { progress: true } });
  }
  data.result_handler({ argsList: ["done"] });
  return undefined;
});
await callee.register("com.wampy..any", (/** @type {any} */ data) => [data.details.procedure], {
  match: "wildcard",
});

const payload = ["häß", -1, 2.5, null, true, { nested: [1] }];
const echoed = await caller.call("com.wampy.echo", { argsList: payload, argsDict: { a: 1 } });
report.echo = [echoed.argsList, echoed.argsDict];
report.wildcard = (await caller.call("com.wampy.some.any")).argsList;
report.error = await caller.call("com.wampy.fail").then(
  () => "no error",
  (/** @type {any} */ error) => [error.errorUri, error.argsList, error.argsDict],
);
report.nobody = await caller.call("com.nobody.home").then(
  () => "no error",
  (/** @type {any} */ error) => error.errorUri,
);

/** @type {unknown[]} */
const events = [];
const arrived = new Promise((resolve) => {
  void callee
    .subscribe(
      "com.event",
      (/** @type {any} */ event) => {
        events.push([event.details.topic, event.argsList]);
        if (event.details.topic === "com.event.last") resolve(undefined);
      },
      { match: "prefix" },
    )
    .then(async () => {
      await caller.publish("com.event.first", ["one"]);
      await caller.publish("com.event.hidden", ["two"], { exclude: [callee.getSessionId()] });
      await caller.publish("com.event.last", ["three"]);
    });
});
await arrived;
report.events = events;
report.sessions = (await caller.call("wamp.session.count")).argsList;

await callee.disconnect();
await caller.disconnect();
console.log(JSON.stringify(report));
