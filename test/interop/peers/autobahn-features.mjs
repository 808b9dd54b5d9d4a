/**
 * Does with Autobahn for JavaScript what WAMP's advanced profile has, and prints as JSON what it saw:
 * autobahn-features.mjs URL SERIALIZER.
 *
 * @module
 */

import { join } from "./autobahn.mjs";

const [url = "", name = "json"] = process.argv.slice(2);
const { session: one, close: closeOne } = await join(url, name);
const { session: other, close: closeOther, details: welcome } = await join(url, name);

/** @type {Record<string, unknown>} */
const report = {};
const acknowledge = true;
/** @param {Promise<any>} asked */
const refusal = (asked) =>
  asked.then(
    () => "no error",
    (error) => error.error,
  );

async function ends() {
  report.timeout = await refusal(one.call("com.node.slow", [], {}, { timeout: 50 }));
  // (In the other modes it forgets the call, and closes when the router answers it as the specification says.)
  const call = one.call("com.node.slow");
  call.cancel({ mode: "kill" });
  report.canceled = await refusal(call);
  report.interruptions = await one.call("com.node.interruptions");
}

async function calls() {
  report.disclosed = (await one.call("com.node.who", [], {}, { disclose_me: true })) === one.id;
  report.undisclosed = await one.call("com.node.who");
  await other.register(
    "com.js.who",
    (/** @type {any} */ list, /** @type {any} */ dict, /** @type {any} */ details) => [
      details.caller === one.id,
      details.caller_authrole,
      details.progress === null,
    ],
  );
  const options = { disclose_me: true, receive_progress: true };
  report.who = await one.call("com.js.who", [], {}, options);
}

async function events() {
  /** @type {unknown[]} */
  const seen = [];
  const handler = (/** @type {any} */ list, /** @type {any} */ dict, /** @type {any} */ about) => {
    seen.push([list[0], about.publisher === one.id]);
  };
  const subscription = await other.subscribe("com.listed", handler);
  /** @type {[string, object][]} */
  const publications = [
    ["all", {}],
    ["excluded", { exclude: [other.id] }],
    ["excluded by authid", { exclude_authid: [welcome.authid] }],
    ["excluded by role", { exclude_authrole: [welcome.authrole] }],
    ["eligible", { eligible: [other.id] }],
    ["eligible by authid", { eligible_authid: [welcome.authid] }],
    ["eligible by role", { eligible_authrole: [welcome.authrole] }],
    ["others eligible", { eligible: [one.id] }],
    ["disclosed", { disclose_me: true }],
  ];
  for (const [text, options] of publications) {
    await one.publish("com.listed", [text], {}, { ...options, acknowledge });
  }
  await other.publish("com.listed", ["by itself"], {}, { acknowledge });
  await other.publish("com.listed", ["for itself"], {}, { acknowledge, exclude_me: false });
  // (The events that there are were sent before this result.)
  await other.call("wamp.session.count");
  report.events = seen;
  await other.unsubscribe(subscription);
  await one.publish("com.listed", ["unsubscribed"], {}, { acknowledge });

  await one.publish("com.retained", ["kept"], {}, { acknowledge, retain: true });
  report.retained = await new Promise((resolve) => {
    const keep = (/** @type {any} */ list, /** @type {any} */ dict, /** @type {any} */ about) => {
      resolve([list[0], about.retained]);
    };
    other.subscribe("com.retained", keep, { get_retained: true });
  });
}

async function revocations() {
  const registration = await one.register("com.js.revoked", () => "answer");
  await other.call("com.node.revoke", ["registration", registration.id, one.id]);
  report.unregistered = [await registration.on_unregister, registration.active];
  report.revoked = await refusal(other.call("com.js.revoked"));
  const subscription = await one.subscribe("com.revoked", () => {});
  await other.call("com.node.revoke", ["subscription", subscription.id, one.id]);
  report.unsubscribed = [await subscription.on_unsubscribe, subscription.active];
}

async function registrations() {
  await one.register("com.js.shared", () => "one", { invoke: "roundrobin" });
  await other.register("com.js.shared", () => "other", { invoke: "roundrobin" });
  /** @type {unknown[]} */
  const answers = [];
  for (let call = 0; call < 4; call++) answers.push(await one.call("com.js.shared"));
  report.shared = answers;
  const single = await one.register("com.js.single", () => "one");
  report.twice = await refusal(other.register("com.js.single", () => "other"));
  await one.unregister(single);
  report["no such procedure"] = await refusal(one.call("com.js.single"));
}

await ends();
await calls();
await events();
await revocations();
await registrations();
closeOne();
closeOther();
console.log(JSON.stringify(report));
