/**
 * One caller and one callee: the caller has so many calls in flight, and makes the next one when a result has come.
 *
 * @module
 */

import { Failure } from "../failure.mjs";
import { argument, carries, joinMany, numberAt, texts } from "../wamp.mjs";
import { measureWindow } from "../window.mjs";
import { percentiles } from "./paced.mjs";

/**
 * @typedef {object} WampCallsLoad
 * @property {"wamp-calls"} kind
 * @property {number} depth
 */

/**
 * @param {WampCallsLoad} load
 * @param {import("../main.mjs").Target} target
 */
export async function runWampCalls({ depth }, target) {
  const failure = new Failure();
  const [caller, callee] = await joinMany(2, target, failure);
  if (!caller || !callee) throw new Error("nobody is there");
  const [type] = await callee.ask('[64,1,{},"com.bench.echo"]');
  if (type !== 65) throw new Error(`REGISTER was answered with ${String(type)}`);
  callee.onMessage = (message) => {
    const invocation = numberAt(message, 1);
    callee.send(`[70,${invocation},{},["${argument(message)}"]]`);
  };
  /** @type {number[]} */
  let latencies = [];
  let completed = 0;
  let request = 0;
  /** @type {number[]} */
  const begun = [];
  const call = () => {
    request++;
    begun[request % (2 * depth)] = performance.now();
    caller.send(`[48,${request},{},"com.bench.echo",["${texts[request % texts.length]}"]]`);
  };
  caller.onMessage = (message) => {
    const answered = numberAt(message, 1);
    if (message[1] !== 53 || !carries(message, answered)) {
      return failure.fail(new Error(`a wrong answer: ${message.toString()}`));
    }
    latencies.push(performance.now() - (begun[answered % (2 * depth)] ?? 0));
    completed++;
    call();
  };
  for (let count = 0; count < depth; count++) call();
  setTimeout(() => (latencies = []), target.warmup * 1000);
  const window = await Promise.race([measureWindow(target, () => completed), failure.promise]);
  return { ...window, ...percentiles(latencies) };
}
