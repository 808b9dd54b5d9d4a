/**
 * The page of the to-do list: the beginning.
 *
 * @module
 */

import { connect } from "../../client/browser/index.ts";
import { ddpClient } from "../../ddp/client/index.ts";
import { TodoList } from "./todo-list.ts";
import { TodoView } from "./view/todo-view.ts";

/** Somebody is waiting: the pauses between attempts stay short. Milliseconds. */
const MAX_DELAY = 5000;

// (With `?delay=500` the server takes so much longer with its answers.)
const url = new URL(`/websocket${location.search}`, location.href);
url.protocol = url.protocol.replace("http", "ws");

const client = ddpClient(({ signal }) => connect(url, { signal }), { maxDelay: MAX_DELAY });
const view = new TodoView(new TodoList(client));
view.start();

addEventListener("online", () => client.reconnect());
