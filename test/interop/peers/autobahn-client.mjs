/**
 * Takes part in a realm as Autobahn for JavaScript, and prints as JSON what it saw:
 * autobahn-client.mjs URL SERIALIZER [METHOD AUTHID SECRET [PUBLIC_KEY]].
 *
 * @module
 */

import { autobahn, join } from "./autobahn.mjs";

const [url = "", name = "json", method, authid, secret = "", pubkey] = process.argv.slice(2);

/**
 * @param {unknown} session
 * @param {string} asked
 * @param {any} extra
 */
function answer(session, asked, extra) {
  if (asked === "ticket") return secret;
  if (asked === "cryptosign") {
    const key = autobahn.nacl.sign.keyPair.fromSeed(Buffer.from(secret, "hex"));
    return autobahn.auth_cryptosign.sign_challenge(key, extra);
  }
  const { salt, iterations, keylen } = extra;
  const key = salt ? autobahn.auth_cra.derive_key(secret, salt, iterations, keylen) : secret;
  return autobahn.auth_cra.sign(key, extra.challenge);
}

const authentication = {
  ...(method && { authid, authmethods: [method], onchallenge: answer }),
  ...(pubkey && { authextra: { pubkey } }),
};

/** @type {Record<string, unknown>} */
const report = {};
const {
  session: callee,
  close: closeCallee,
  details,
} = await join(url, name, authentication).catch((error) => {
  console.log(JSON.stringify({ refused: error.uri }));
  process.exit();
});
const { session: caller, close: closeCaller } = await join(url, name, authentication);
report.authrole = details.authrole;
report.authmethod = details.authmethod;

await callee.register("com.js.echo", (/** @type {any} */ list, /** @type {any} */ dict) => {
  return new autobahn.Result(list, dict);
});
await callee.register("com.js.fail", () => {
  throw new autobahn.Error("com.js.failed", ["why"], { code: 7 });
});
await callee.register(
  "com.js..any",
  (/** @type {any} */ list, /** @type {any} */ dict, /** @type {any} */ about) => about.procedure,
  { match: "wildcard" },
);

const payload = ["häß", -1, 2.5, null, true, { nested: [1] }];
const echoed = await caller.call("com.js.echo", payload, { a: 1 });
report.echo = [echoed.args, echoed.kwargs];
report.wildcard = await caller.call("com.js.some.any");
/** @param {any} error */
const tell = (error) => [error.error, error.args, error.kwargs];
report.error = await caller.call("com.js.fail").then(() => "no error", tell);
report.nobody = (await caller.call("com.nobody.home").then(() => ["no error"], tell))[0];

// (As a callee it doesn't announce that it can be canceled, and is not asked for progress therefore.)
/** @type {unknown[]} */
const progress = [];
const counting = caller.call("com.node.progress", [3], {}, { receive_progress: true });
// oxlint-disable-next-line promise/valid-params -- its promises have a third
counting.then(undefined, undefined, (/** @type {any} */ number) => progress.push(number));
report.result = await counting;
report.progress = progress;

/** @type {unknown[]} */
const events = [];
const arrived = new Promise((resolve) => {
  const handler = (/** @type {any} */ list, /** @type {any} */ dict, /** @type {any} */ about) => {
    events.push([about.topic, list]);
    if (about.topic === "com.event.last") resolve(undefined);
  };
  void callee.subscribe("com.event.", handler, { match: "prefix" }).then(() => {
    const acknowledge = true;
    caller.publish("com.event.first", ["one"]);
    caller.publish("com.event.hidden", ["two"], {}, { exclude: [callee.id] });
    return caller.publish("com.event.last", ["three"], {}, { acknowledge });
  });
});
await arrived;
report.events = events;
report.sessions = await caller.call("wamp.session.count");

closeCallee();
closeCaller();
console.log(JSON.stringify(report));
