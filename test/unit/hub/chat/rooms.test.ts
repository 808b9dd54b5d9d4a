import { beforeEach, describe, expect, test, vi } from "vitest";
import { Guest } from "../../../../src/hub/chat/guest.ts";
import { Rooms } from "../../../../src/hub/chat/rooms.ts";

const HOUR = 60 * 60 * 1000;

let now: number;
let rooms: Rooms;
const owner = { changed: vi.fn<() => void>(), gone: vi.fn<(room: string) => void>() };

beforeEach(() => {
  now = 0;
  vi.clearAllMocks();
  rooms = new Rooms(owner, () => now);
});

function guest(): Guest {
  return new Guest("client", Date.now);
}

describe("Rooms", () => {
  test("are listed with the largest first, and the lobby in any case", () => {
    expect(rooms.summary).toEqual([{ room: "lobby", members: 0 }]);
    const ada = guest();
    rooms.enter(ada, "planning");
    rooms.enter(guest(), "planning");
    rooms.enter(ada, "bugs");
    expect(rooms.summary).toEqual([
      { room: "planning", members: 2 },
      { room: "bugs", members: 1 },
      { room: "lobby", members: 0 },
    ]);
    expect(rooms.size).toBe(2);
    expect(rooms.of(ada)).toEqual(["planning", "bugs"]);
  });

  test("tell of who comes and leaves, once", () => {
    const ada = guest();
    rooms.enter(ada, "lobby");
    rooms.enter(ada, "lobby");
    expect(owner.changed).toHaveBeenCalledTimes(1);
    rooms.leave(ada, "lobby");
    rooms.leave(ada, "lobby");
    rooms.leave(ada, "nowhere");
    expect(owner.changed).toHaveBeenCalledTimes(2);
  });

  test("are left all at once", () => {
    const ada = guest();
    rooms.enter(ada, "lobby");
    rooms.enter(ada, "planning");
    rooms.leaveAll(ada);
    expect(rooms.size).toBe(0);
  });

  test("are bounded for one person, who may enter again where they are", () => {
    const ada = guest();
    for (let number = 0; number < 8; number++) rooms.enter(ada, `room-${number}`);
    expect(() => rooms.enter(ada, "one-more")).toThrow("You can be in 8 rooms at a time");
    expect(() => rooms.enter(ada, "room-1")).not.toThrow();
  });

  test("have room for so many people", () => {
    for (let number = 0; number < 200; number++) rooms.enter(guest(), "planning");
    expect(() => rooms.enter(guest(), "planning")).toThrow("That room is full.");
  });

  test("are so many; the lobby is one of them", () => {
    for (let number = 0; number < 99; number++) rooms.enter(guest(), `room-${number}`);
    expect(() => rooms.enter(guest(), "one-more")).toThrow("There are too many rooms already.");
    expect(() => rooms.enter(guest(), "lobby")).not.toThrow();
  });

  test("stay when nobody is in them, for as long as their history", () => {
    const ada = guest();
    rooms.enter(ada, "planning");
    rooms.touch("planning");
    rooms.leave(ada, "planning");
    now = HOUR;
    rooms.enter(ada, "other");
    expect(rooms.has("planning")).toBe(true);
    now = HOUR + 1;
    rooms.enter(ada, "another");
    expect(rooms.has("planning")).toBe(false);
    expect(owner.gone).toHaveBeenCalledWith("planning");
    expect(rooms.has("lobby")).toBe(true);
  });

  test("make room for others, those first in which nothing was said for longest", () => {
    for (const [time, name] of ["one", "two"].entries()) {
      const ada = guest();
      rooms.enter(ada, name);
      now = time;
      rooms.touch(name);
      rooms.leave(ada, name);
    }
    for (let number = 0; number < 98; number++) rooms.enter(guest(), `room-${number}`);
    expect(owner.gone.mock.calls).toEqual([["one"]]);
    expect(rooms.has("two")).toBe(true);
  });
});
