/**
 * Makes sessions of wampy.
 *
 * @module
 */

import { load } from "./peer.mjs";

const { Wampy } = await load("wampy");
const { default: WebSocket } = await load("ws");
const serializers = {
  json: ["wampy/JsonSerializer.js", "JsonSerializer"],
  msgpack: ["wampy/MsgpackSerializer.js", "MsgpackSerializer"],
  cbor: ["wampy/CborSerializer.js", "CborSerializer"],
};

/** @param {string} name */
export async function makeSerializer(name) {
  const [module = "", className = ""] = serializers[/** @type {"json"} */ (name)];
  const { [className]: Serializer } = await load(module);
  return new Serializer();
}

/**
 * @param {string} url
 * @param {string} serializer
 * @param {object} [options] More of wampy's.
 * @returns {Promise<any>}
 */
export async function makeWampy(url, serializer, options) {
  return new Wampy(url, {
    realm: "realm1",
    ws: WebSocket,
    serializer: await makeSerializer(serializer),
    autoReconnect: false,
    ...options,
  });
}
