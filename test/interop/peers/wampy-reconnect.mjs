/**
 * Serves a procedure and subscribes with wampy, comes back whenever the router has gone, and prints a line for each event:
 * wampy-reconnect.mjs URL SERIALIZER.
 *
 * @module
 */

import { makeWampy } from "./wampy.mjs";

const [url = "", serializer = "json"] = process.argv.slice(2);
const client = await makeWampy(url, serializer, { autoReconnect: true, reconnectInterval: 300 });
await client.connect();
await client.register("com.wampy.echo", (/** @type {any} */ { argsList }) => argsList);
await client.subscribe("com.again", (/** @type {any} */ { argsList }) => {
  console.log(`event ${JSON.stringify(argsList)}`);
});
console.log("ready");
