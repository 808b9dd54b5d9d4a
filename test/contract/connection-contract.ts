/**
 * What every transport has to deliver: the contract of a connection, as tests.
 *
 * @module
 */

import { describe } from "vitest";
import { backPressureContract } from "./connection/back-pressure.ts";
import { closingContract } from "./connection/closing.ts";
import { endingContract } from "./connection/ending.ts";
import { Contract } from "./connection/harness.ts";
import type { Open, Skip } from "./connection/harness.ts";
import { messagesContract } from "./connection/messages.ts";
import { partsContract } from "./connection/parts.ts";
import { pingsContract } from "./connection/pings.ts";
import { readingContract } from "./connection/reading.ts";

export type { Ends, Open, OpenOptions, Skip } from "./connection/harness.ts";

/**
 * Tests a transport. `open` makes two connections over it that are each other's peer, with the same options; `skip` names
 * what the platform under it rules out.
 */
export function connectionContract(
  name: string,
  open: Open,
  { skip = [] }: { readonly skip?: readonly Skip[] } = {},
): void {
  describe(`a connection over ${name}`, () => {
    const contract = new Contract(open, skip);
    describe("messages", () => messagesContract(contract));
    describe("messages in parts", () => partsContract(contract));
    describe("reading", () => readingContract(contract));
    describe("back-pressure", () => backPressureContract(contract));
    describe("pings", () => pingsContract(contract));
    describe("closing", () => closingContract(contract));
    describe("the end", () => endingContract(contract));
    contract.checkSkips();
  });
}
