/**
 * This package's WAMP router. The second argument is how many registrations there are besides the generator's: half of them
 * prefixes, half wildcards.
 *
 * @module
 */

import { serve } from "fullduplex/server";
import { anonymous, createRouter } from "fullduplex/wamp/router";
import { listening } from "./support.mjs";

const router = createRouter({
  realms: {
    realm1: {
      authenticators: [anonymous()],
      authorizer: { authorize: () => ({ allow: true }) },
    },
  },
  maxRegistrations: 200_000,
});

const patterns = Number(process.argv[3] ?? 0);
const session = await router.session("realm1");
for (let index = 0; index < patterns; index++) {
  const [uri, match] =
    index % 2 === 0
      ? [`com.prefix${index}.`, "prefix"]
      : [`com.app${index % 100}..number${index}`, "wildcard"];
  await session.register(uri, () => {}, { match: /** @type {"prefix"} */ (match) });
}

const server = await serve(router.handler, {
  subprotocols: router.subprotocols,
  compression: false,
});
listening(server.port);
