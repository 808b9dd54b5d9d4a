import { certificate } from "../support/certificates.ts";
import { connectionContract } from "./connection-contract.ts";
import { PLAIN, openClient } from "./support/websocket-ends.ts";

const { cert, key } = certificate("server");

connectionContract("TLS, as the client", (options) =>
  openClient(
    {
      client: { ...PLAIN.client, tls: { ca: cert } },
      server: { ...PLAIN.server, tls: { cert, key } },
    },
    options,
  ),
);
