import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Chat, REPLACED } from "../../../../src/hub/chat/chat.ts";
import { ChatProblem, Misbehaviour } from "../../../../src/hub/chat/errors.ts";
import { MAX_JOINED, MAX_MEMBERS, MAX_PEOPLE, MAX_ROOMS } from "../../../../src/hub/chat/limits.ts";
import { enter, FakePort, key, session } from "../support.ts";

let chat: Chat;

beforeEach(() => {
  vi.useFakeTimers();
  chat = new Chat(() => 1234);
});

afterEach(() => {
  chat.close();
  vi.useRealTimers();
});

function problemOf(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (!(error instanceof ChatProblem)) throw error;
    return error.problem;
  }
}

describe("names", () => {
  test("whoever enters is told their name and the rooms", () => {
    const port = new FakePort();
    chat.enter("  Ada ", session(), port);
    expect(port.take()).toEqual([
      { type: "welcome", name: "Ada" },
      { type: "rooms", rooms: [{ room: "lobby", members: 0 }] },
    ]);
    expect(chat.people).toBe(1);
  });

  test("a name that is taken gets a number, whatever its case", () => {
    expect(enter(chat, "Ada").member.name).toBe("Ada");
    expect(enter(chat, "ada").member.name).toBe("ada 2");
    expect(enter(chat, "Ada").member.name).toBe("Ada 3");
  });

  test("a name is free again when its owner has left", () => {
    const { member } = enter(chat, "Ada");
    chat.exit(member);
    chat.exit(member);
    expect(chat.people).toBe(0);
    expect(enter(chat, "Ada").member.name).toBe("Ada");
  });

  test("a name that is none is refused", () => {
    expect(problemOf(() => chat.enter(" ", session(), new FakePort()))).toBe("name");
    expect(chat.people).toBe(0);
  });

  test.each(["__proto__", "constructor"])("%s is a name like any other", (name) => {
    expect(enter(chat, name).member.name).toBe(name);
    expect(enter(chat, name).member.name).toBe(`${name} 2`);
  });

  test("a new name is told to oneself and to all who share a room, once", () => {
    const ada = enter(chat, "Ada", "one", "two");
    const bob = enter(chat, "Bob", "one", "two");
    const eve = enter(chat, "Eve", "three");
    ada.port.take();
    chat.rename(ada.member, "Augusta");
    const renamed = [{ type: "renamed", from: "Ada", to: "Augusta" }];
    expect(ada.port.take()).toEqual(renamed);
    expect(bob.port.take()).toEqual(renamed);
    expect(eve.port.take()).toEqual([]);
    expect(enter(chat, "Ada").member.name).toBe("Ada");
    expect(enter(chat, "augusta").member.name).toBe("augusta 2");
  });

  test("a new name in other letters of the same is not taken by its owner", () => {
    const { member, port } = enter(chat, "ada");
    chat.rename(member, "Ada");
    expect(member.name).toBe("Ada");
    chat.rename(member, "Ada");
    expect(port.takeAll("renamed")).toHaveLength(1);
    expect(problemOf(() => chat.rename(member, ""))).toBe("name");
    expect(member.name).toBe("Ada");
  });
});

describe("sessions", () => {
  test("a connection of the same tab takes the place and the name of an earlier one", () => {
    const tab = session();
    const [before, after] = [new FakePort(), new FakePort()];
    const earlier = chat.enter("Ada", tab, before);
    chat.join(earlier, "lobby");
    const later = chat.enter("Ada", tab, after);
    expect(later.name).toBe("Ada");
    expect(before.closes).toEqual([[REPLACED, "replaced by another connection"]]);
    expect(chat.people).toBe(1);
    chat.exit(earlier);
    expect(chat.people).toBe(1);
    chat.exit(later);
    expect(chat.people).toBe(0);
    expect(chat.rooms).toBe(0);
  });
});

describe("rooms", () => {
  test("a room is made by whoever comes first, and gone with the last", () => {
    const ada = enter(chat, "Ada");
    chat.join(ada.member, "Planning");
    expect(ada.port.take()).toEqual([
      { type: "joined", room: "planning", members: ["Ada"], messages: [], complete: false },
    ]);
    expect(chat.rooms).toBe(1);
    chat.leave(ada.member, "planning");
    expect(ada.port.take()).toEqual([{ type: "left", room: "planning" }]);
    expect(chat.rooms).toBe(0);
  });

  test("messages stay in their room", () => {
    const ada = enter(chat, "Ada", "one");
    const bob = enter(chat, "Bob", "two");
    chat.say(ada.member, "one", "hello", key(1));
    expect(bob.port.takeAll("message")).toEqual([]);
    expect(ada.port.takeAll("message")).toEqual([
      {
        type: "message",
        room: "one",
        message: {
          id: expect.stringMatching(/^[0-9a-f]{8}-1$/),
          key: key(1),
          name: "Ada",
          text: "hello",
          time: 1234,
        },
      },
    ]);
  });

  test("nothing can be said in, or to leave, a room that one is not in", () => {
    const ada = enter(chat, "Ada", "one");
    enter(chat, "Bob", "two");
    expect(problemOf(() => chat.say(ada.member, "two", "hello", key(1)))).toBe("room");
    expect(problemOf(() => chat.say(ada.member, "three", "hello", key(1)))).toBe("room");
    expect(problemOf(() => chat.leave(ada.member, "two"))).toBe("room");
    expect(problemOf(() => chat.say(ada.member, "one", "", key(1)))).toBe("text");
    expect(problemOf(() => chat.join(ada.member, "a/b"))).toBe("room");
  });

  test("whoever comes later gets what was said", () => {
    const ada = enter(chat, "Ada", "lobby");
    chat.say(ada.member, "lobby", "first", key(1));
    chat.say(ada.member, "lobby", "second", key(2));
    const bob = enter(chat, "Bob");
    chat.join(bob.member, "lobby");
    const [joined] = bob.port.takeAll("joined");
    expect(joined?.messages.map(({ text }) => text)).toEqual(["first", "second"]);
    expect(joined?.members).toEqual(["Ada", "Bob"]);
  });

  test("whoever comes back gets what is new", () => {
    const ada = enter(chat, "Ada", "lobby");
    const bob = enter(chat, "Bob", "lobby");
    chat.say(ada.member, "lobby", "first", key(1));
    const [seen] = bob.port.takeAll("message");
    chat.exit(bob.member);
    chat.say(ada.member, "lobby", "second", key(2));
    const again = enter(chat, "Bob");
    chat.join(again.member, "lobby", seen?.message.id);
    const [joined] = again.port.takeAll("joined");
    expect(joined?.messages.map(({ text }) => text)).toEqual(["second"]);
    expect(joined?.complete).toBe(true);
  });

  test("a room that was empty in between says that something may be missing", () => {
    const ada = enter(chat, "Ada", "lobby");
    chat.say(ada.member, "lobby", "first", key(1));
    const [seen] = ada.port.takeAll("message");
    chat.leave(ada.member, "lobby");
    const bob = enter(chat, "Bob", "lobby");
    chat.say(bob.member, "lobby", "second", key(2));
    chat.exit(bob.member);
    chat.join(ada.member, "lobby", seen?.message.id);
    expect(ada.port.takeAll("joined")[0]).toMatchObject({ messages: [], complete: false });
  });

  test("a message that is sent again appears once, and its sender is told that it is there", () => {
    const ada = enter(chat, "Ada", "lobby");
    const bob = enter(chat, "Bob", "lobby");
    ada.port.take();
    chat.say(ada.member, "lobby", "hello", key(1));
    chat.say(ada.member, "lobby", "hello", key(1));
    expect(bob.port.takeAll("message")).toHaveLength(1);
    const [first, second] = ada.port.takeAll("message");
    expect(second).toEqual(first);
  });

  test("joining twice counts once", () => {
    const ada = enter(chat, "Ada", "lobby");
    const bob = enter(chat, "Bob", "lobby");
    ada.port.take();
    chat.join(bob.member, "LOBBY");
    expect(ada.port.take()).toEqual([]);
    expect(bob.port.takeAll("joined")[0]?.members).toEqual(["Ada", "Bob"]);
  });
});

describe("the list of rooms", () => {
  test("is sent to everybody, once for what happens within a moment", () => {
    const ada = enter(chat, "Ada");
    const bob = enter(chat, "Bob", "one", "two");
    chat.join(ada.member, "two");
    chat.leave(bob.member, "one");
    ada.port.take();
    vi.advanceTimersByTime(100);
    expect(ada.port.take()).toEqual([
      {
        type: "rooms",
        rooms: [
          { room: "two", members: 2 },
          { room: "lobby", members: 0 },
        ],
      },
    ]);
    vi.advanceTimersByTime(1000);
    expect(ada.port.take()).toEqual([]);
  });

  test("is not sent any more once the chat is closed", () => {
    const { port } = enter(chat, "Ada", "one");
    chat.close();
    expect(vi.getTimerCount()).toBe(0);
    expect(port.take()).toEqual([]);
  });
});

describe("bounds", () => {
  test("one person is in a few rooms at most", () => {
    const { member } = enter(chat, "Ada");
    for (let number = 0; number < MAX_JOINED; number++) chat.join(member, `room-${number}`);
    expect(problemOf(() => chat.join(member, "one-more"))).toBe("full");
    expect(problemOf(() => chat.join(member, "room-0"))).toBeUndefined();
    expect(chat.rooms).toBe(MAX_JOINED);
  });

  test("a room has room for so many", () => {
    for (let number = 0; number < MAX_MEMBERS; number++) enter(chat, `p${number}`, "lobby");
    const late = enter(chat, "Late");
    expect(problemOf(() => chat.join(late.member, "lobby"))).toBe("full");
    expect(problemOf(() => chat.join(late.member, "elsewhere"))).toBeUndefined();
  });

  test("there are so many rooms at most", () => {
    const people = Math.ceil(MAX_ROOMS / MAX_JOINED);
    let made = 0;
    for (let person = 0; person < people; person++) {
      const { member } = enter(chat, `p${person}`);
      for (let room = 0; room < MAX_JOINED && made < MAX_ROOMS; room++) {
        chat.join(member, `r${made++}`);
      }
    }
    const late = enter(chat, "Late");
    expect(problemOf(() => chat.join(late.member, "one-more"))).toBe("full");
    expect(problemOf(() => chat.join(late.member, "r0"))).toBeUndefined();
    expect(chat.rooms).toBe(MAX_ROOMS);
  });

  test("there are so many people at most", () => {
    for (let number = 0; number < MAX_PEOPLE; number++) enter(chat, `p${number}`);
    expect(() => enter(chat, "Late")).toThrow(Misbehaviour);
    expect(chat.people).toBe(MAX_PEOPLE);
  });
});
