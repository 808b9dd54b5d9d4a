import { beforeEach, describe, expect, test } from "vitest";
import { Guest } from "../../../../src/hub/chat/guest.ts";
import { Guests } from "../../../../src/hub/chat/guests.ts";

let guests: Guests;

beforeEach(() => {
  guests = new Guests();
});

function add(client: string, name: string, session?: string): Guest {
  const guest = new Guest(client, Date.now, session);
  guests.add(guest);
  guests.name(guest, name);
  return guest;
}

describe("Guests", () => {
  test("have names that nobody else has", () => {
    const names = ["Ada", "Ada", "ADA", "Bob"].map((name, index) => add(`${index}`, name).name);
    expect(names).toEqual(["Ada", "Ada 2", "ADA 3", "Bob"]);
  });

  test("keep a name that they ask for again, and give back one that they change", () => {
    const ada = add("1", "Ada");
    expect(guests.name(ada, "ada")).toBe("ada");
    expect(guests.name(ada, "Augusta")).toBe("Augusta");
    expect(add("2", "Ada").name).toBe("Ada");
  });

  test("are found by connection and by session, until they leave", () => {
    const ada = add("1", "Ada", "session");
    expect(guests.find("1")).toBe(ada);
    expect(guests.ofSession("session")).toBe(ada);
    expect(guests.ofSession(undefined)).toBeUndefined();
    guests.delete(ada);
    expect(guests.find("1")).toBeUndefined();
    expect(guests.ofSession("session")).toBeUndefined();
    expect(guests.size).toBe(0);
  });

  test("take nothing from others when they leave twice", () => {
    const ada = add("1", "Ada", "session");
    guests.delete(ada);
    const other = add("2", "Ada", "session");
    guests.delete(ada);
    expect(guests.ofSession("session")).toBe(other);
    expect(add("3", "Ada").name).toBe("Ada 2");
  });

  test("without a name leave nobody's name behind", () => {
    const guest = new Guest("1", Date.now);
    guests.add(guest);
    guests.delete(guest);
    expect(guests.size).toBe(0);
  });

  test("are not more than there is room for", () => {
    for (let number = 0; number < 1000; number++) add(String(number), "Ada");
    expect(() => add("one-more", "Ada")).toThrow(
      expect.objectContaining({ errorCode: 106, temporary: true }),
    );
  });
});
