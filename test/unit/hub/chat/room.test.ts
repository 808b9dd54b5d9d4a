import { describe, expect, test } from "vitest";
import { History } from "../../../../src/hub/chat/history.ts";
import { Member } from "../../../../src/hub/chat/member.ts";
import { Room } from "../../../../src/hub/chat/room.ts";
import { FakePort, session } from "../support.ts";

function setup(): { room: Room; ada: Member; bob: Member; ports: [FakePort, FakePort] } {
  const room = new Room("lobby", new History("abcd", 0, 1000));
  const ports: [FakePort, FakePort] = [new FakePort(), new FakePort()];
  const ada = new Member("Ada", session(), ports[0]);
  const bob = new Member("Bob", session(), ports[1]);
  return { room, ada, bob, ports };
}

describe("Room", () => {
  test("tells those who are there who comes and goes", () => {
    const { room, ada, bob, ports } = setup();
    room.add(ada);
    room.add(bob);
    expect(ports[0].take()).toEqual([{ type: "arrived", room: "lobby", name: "Bob" }]);
    expect(ports[1].take()).toEqual([]);
    room.remove(ada);
    expect(ports[1].take()).toEqual([{ type: "departed", room: "lobby", name: "Ada" }]);
    expect(ports[0].take()).toEqual([]);
    expect(room.size).toBe(1);
  });

  test("describes itself", () => {
    const { room, ada, bob } = setup();
    room.add(ada);
    room.add(bob);
    expect(room.describe(undefined)).toEqual({
      room: "lobby",
      members: ["Ada", "Bob"],
      messages: [],
      complete: false,
    });
  });
});
