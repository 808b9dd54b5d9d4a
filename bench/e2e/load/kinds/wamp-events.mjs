/**
 * One publisher and many subscribers of one topic. Publications are so many ahead of what all subscribers have got.
 *
 * @module
 */

import { Failure } from "../failure.mjs";
import { carries, joinMany, texts } from "../wamp.mjs";
import { measureWindow } from "../window.mjs";

/**
 * @typedef {object} WampEventsLoad
 * @property {"wamp-events"} kind
 * @property {number} subscribers
 * @property {number} ahead
 */

/**
 * @param {WampEventsLoad} load
 * @param {import("../main.mjs").Target} target
 */
export async function runWampEvents({ subscribers, ahead }, target) {
  const failure = new Failure();
  const [publisher, ...others] = await joinMany(subscribers + 1, target, failure);
  if (!publisher) throw new Error("nobody is there");
  let delivered = 0;
  let published = 0;
  const publish = () => {
    const messages = [];
    while (published * subscribers < delivered + ahead * subscribers) {
      published++;
      messages.push(
        `[16,${published},{},"com.bench.topic",["${texts[published % texts.length]}"]]`,
      );
    }
    if (messages.length > 0) publisher.sendAll(messages);
  };
  for (const subscriber of others) {
    const [type] = await subscriber.ask('[32,1,{},"com.bench.topic"]');
    if (type !== 33) throw new Error(`SUBSCRIBE was answered with ${String(type)}`);
    let next = 1;
    subscriber.onMessage = (message) => {
      if (message[1] !== 51 || !carries(message, next)) {
        return failure.fail(new Error(`event ${next} is wrong: ${message.toString()}`));
      }
      next++;
      delivered++;
      if (delivered % subscribers === 0) publish();
    };
  }
  publish();
  return Promise.race([measureWindow(target, () => delivered), failure.promise]);
}
