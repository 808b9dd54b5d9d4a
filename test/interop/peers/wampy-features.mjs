/**
 * Does with wampy what WAMP's advanced profile has, and prints as JSON what it saw: wampy-features.mjs URL SERIALIZER.
 *
 * @module
 */

import { makeSerializer, makeWampy } from "./wampy.mjs";

const [url = "", name = "json"] = process.argv.slice(2);
const passthru = name === "json" ? "json" : "cbor";
const options = { payloadSerializers: { [passthru]: await makeSerializer(passthru) } };
const one = await makeWampy(url, name, options);
const other = await makeWampy(url, name, options);
// (It knows progressive invocations, but forgets to say so; without that they violate the protocol.)
one._wamp_features.roles.caller.features.progressive_call_invocations = true;
await one.connect();
const welcome = await other.connect();

/** @type {Record<string, unknown>} */
const report = {};
/** @param {Promise<any>} asked */
const refusal = (asked) =>
  asked.then(
    () => "no error",
    (error) => error.errorUri,
  );

async function progress() {
  /** @type {unknown[]} */
  const seen = [];
  const progress_callback = (/** @type {any} */ { argsList }) => void seen.push(argsList[0]);
  const { argsList } = await one.call("com.node.progress", [3], { progress_callback });
  report.progress = [seen, argsList];
  /** @type {unknown[]} */
  const sums = [];
  const call = one.progressiveCall("com.node.sum", [1], {
    progress_callback: (/** @type {any} */ data) => void sums.push(data.argsList[0]),
  });
  call.sendData([2]);
  call.sendData([3], { progress: false });
  report.sums = [sums, (await call.result).argsList];
}

async function ends() {
  report.timeout = await refusal(one.call("com.node.slow", [], { timeout: 50 }));
  /** @type {unknown[]} */
  const canceled = [];
  for (const mode of ["skip", "killnowait", "kill", undefined]) {
    const call = one.call("com.node.slow");
    const ended = refusal(call);
    one.cancel(one.getOpStatus().reqId, mode && { mode });
    canceled.push(await ended);
  }
  report.canceled = canceled;
  report.interruptions = (await one.call("com.node.interruptions")).argsList;
}

async function events() {
  /** @type {unknown[]} */
  const seen = [];
  await other.subscribe("com.listed", (/** @type {any} */ { details, argsList }) => {
    seen.push([argsList[0], details.publisher === one.getSessionId()]);
  });
  /** @type {[string, object][]} */
  const publications = [
    ["all", {}],
    ["excluded", { exclude: [other.getSessionId()] }],
    ["excluded by authid", { exclude_authid: welcome.authid }],
    ["excluded by role", { exclude_authrole: [welcome.authrole] }],
    ["eligible", { eligible: [other.getSessionId()] }],
    ["eligible by authid", { eligible_authid: [welcome.authid] }],
    ["eligible by role", { eligible_authrole: welcome.authrole }],
    ["others eligible", { eligible: [one.getSessionId()] }],
    ["disclosed", { disclose_me: true, exclude_me: true, _an_option: 1 }],
  ];
  for (const [text, how] of publications) await one.publish("com.listed", [text], how);
  // (The events that there are were sent before this result.)
  await other.call("wamp.session.count");
  report.events = seen;
  await other.unsubscribe("com.listed");
  await one.publish("com.listed", ["unsubscribed"]);

  // (It can't publish such an event itself: `retain` is checked, but not sent.)
  await one.call("com.node.retain", ["com.retained", "kept"]);
  report.retained = await new Promise((resolve) => {
    const handler = (/** @type {any} */ { details, argsList }) => {
      resolve([argsList[0], details.retained]);
    };
    void one.subscribe("com.retained", handler, { get_retained: true });
  });
}

async function passThrough() {
  const how = { ppt_scheme: "x_scheme", ppt_serializer: passthru, ppt_keyid: "key" };
  const told = new Promise((resolve) => {
    void other
      .subscribe("com.passed", (/** @type {any} */ { details, argsList, argsDict }) => {
        resolve([details.ppt_scheme, details.ppt_keyid, argsList, argsDict]);
      })
      .then(() => one.publish("com.passed", { argsList: [1, "ä"], argsDict: { a: [2] } }, how));
  });
  report.passed = await told;
  await other.register("com.wampy.passed", (/** @type {any} */ data) => ({
    argsList: [data.details.ppt_serializer === passthru, data.argsList, data.argsDict],
    options: how,
  }));
  const payload = { argsList: [3], argsDict: { b: "ö" } };
  const { details, argsList } = await one.call("com.wampy.passed", payload, how);
  report["passed call"] = [details.ppt_scheme, argsList];
}

async function registrations() {
  await one.register("com.wampy.shared", () => ["one"], { invoke: "roundrobin" });
  await other.register("com.wampy.shared", () => ["other"], { invoke: "roundrobin" });
  /** @type {unknown[]} */
  const answers = [];
  for (let call = 0; call < 4; call++) {
    answers.push((await one.call("com.wampy.shared")).argsList[0]);
  }
  report.shared = answers;
  await one.register("com.wampy.single", () => []);
  report.twice = await refusal(other.register("com.wampy.single", () => []));
  await one.unregister("com.wampy.single");
  report.unregistered = await refusal(one.call("com.wampy.single"));
  const { argsList } = await one.call("com.node.who", [], { disclose_me: true });
  report.disclosed = [argsList[0] === one.getSessionId()];
  report.undisclosed = (await one.call("com.node.who")).argsList;
}

await progress();
await ends();
await events();
await passThrough();
await registrations();
await one.disconnect();
await other.disconnect();
console.log(JSON.stringify(report));
