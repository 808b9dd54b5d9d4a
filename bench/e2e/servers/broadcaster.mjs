/**
 * Broadcasts when told to: "8 4" means eight broadcasts in one turn of the event loop, in each of four turns. The server
 * goes through the turns by itself, so that it is never idle, and the broadcasts of two turns are never in one.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { broadcastTexts } from "../shared/broadcast-texts.mjs";

/**
 * @param {(text: string) => void} broadcast To every connection.
 * @returns {(request: string) => void}
 */
export function broadcaster(broadcast) {
  /** @type {number[]} */
  const turns = [];
  let sent = 0;
  const turn = () => {
    const perTurn = turns.shift() ?? 0;
    for (let count = 0; count < perTurn; count++) {
      broadcast(broadcastTexts[sent++ % broadcastTexts.length] ?? "");
    }
    if (turns.length > 0) setImmediate(turn);
  };
  return (request) => {
    const idle = turns.length === 0;
    const [perTurn = 0, count = 0] = request.split(" ").map(Number);
    for (let index = 0; index < count; index++) turns.push(perTurn);
    if (idle) setImmediate(turn);
  };
}
