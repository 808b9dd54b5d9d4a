/** The client has the same types in Node and in a browser: what compiles for one compiles for the other. */

import type * as browser from "../../src/client/browser/index.ts";
import type * as node from "../../src/client/node/index.ts";
import { assignable, equal } from "./support/assert.ts";

equal<keyof typeof browser, keyof typeof node>(true);

// Node's functions take what the browser's take, and give what they give.
assignable<typeof node.connect, typeof browser.connect>(true);
assignable<typeof node.reconnecting, typeof browser.reconnecting>(true);
equal<typeof node.prepare, typeof browser.prepare>(true);
equal<typeof node.CloseCode, typeof browser.CloseCode>(true);

assignable<browser.ConnectOptions, node.ConnectOptions>(true);
assignable<node.ClientHandshake, browser.ClientHandshake>(true);
equal<node.Connection, browser.Connection>(true);
equal<node.CloseInfo, browser.CloseInfo>(true);
equal<node.ErrorCode, browser.ErrorCode>(true);
equal<node.Message, browser.Message>(true);
equal<node.Message, string | Uint8Array>(true);

// What only Node can do is not offered in a browser.
assignable<{ headers: Record<string, string> }, node.ConnectOptions>(true);
equal<"headers" extends keyof browser.ConnectOptions ? true : false, false>(true);

type Opened = Awaited<ReturnType<typeof node.connect>>;
equal<Awaited<ReturnType<Opened["recv"]>>, node.Message>(true);
equal<Opened["closed"], Promise<node.CloseInfo>>(true);
assignable<Opened, AsyncIterable<node.Message>>(true);
assignable<Opened, AsyncDisposable>(true);
assignable<string | ArrayBuffer | DataView | Float32Array, Parameters<Opened["send"]>[0]>(true);
assignable<number, Parameters<Opened["send"]>[0]>(false);
