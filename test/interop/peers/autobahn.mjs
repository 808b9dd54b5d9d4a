/**
 * Makes sessions of Autobahn for JavaScript.
 *
 * @module
 */

import { load } from "./peer.mjs";

export const { default: autobahn } = await load("autobahn");

const serializers = {
  json: autobahn.serializer.JSONSerializer,
  msgpack: autobahn.serializer.MsgpackSerializer,
  cbor: autobahn.serializer.CBORSerializer,
};

/**
 * Joins `realm1`. Rejects with an error whose `uri` is the router's.
 *
 * @param {string} url
 * @param {string} serializer
 * @param {object} [options] More of the connection's.
 * @returns {Promise<any>}
 */
export function join(url, serializer, options) {
  const Serializer = serializers[/** @type {"json"} */ (serializer)];
  return new Promise((resolve, reject) => {
    const connection = new autobahn.Connection({
      url,
      realm: "realm1",
      serializers: [new Serializer()],
      max_retries: 0,
      ...options,
    });
    connection.onopen = (/** @type {any} */ session, /** @type {any} */ details) => {
      resolve({ session, details, close: () => connection.close() });
    };
    connection.onclose = (/** @type {string} */ reason, /** @type {any} */ details) => {
      reject(Object.assign(new Error(reason), { uri: details.reason }));
    };
    connection.open();
  });
}
