/**
 * Times and numbers as people read them.
 *
 * @module
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const clockFormat = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const dayFormat = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
});

/** The time of day. */
export function formatTime(time: number): string {
  return clockFormat.format(time);
}

/** The day, as seen from `now`. */
export function formatDay(time: number, now: number): string {
  const days = Math.round((midnight(now) - midnight(time)) / DAY);
  if (days === 0) return "Today";
  return days === 1 ? "Yesterday" : dayFormat.format(time);
}

/** The same for all times of one day, where this tab is. */
export function midnight(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

/** The two largest units of a duration. */
export function formatDuration(duration: number): string {
  if (duration < MINUTE) return `${Math.floor(duration / SECOND)} s`;
  if (duration < HOUR) {
    return `${Math.floor(duration / MINUTE)} min ${Math.floor((duration % MINUTE) / SECOND)} s`;
  }
  if (duration < DAY) {
    return `${Math.floor(duration / HOUR)} h ${Math.floor((duration % HOUR) / MINUTE)} min`;
  }
  return `${plural(Math.floor(duration / DAY), "day")} ${Math.floor((duration % DAY) / HOUR)} h`;
}

/** Such as "1 person" or "3 people". */
export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
