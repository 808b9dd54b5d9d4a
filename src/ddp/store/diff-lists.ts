/**
 * The steps from one list of documents to another.
 *
 * @module
 */

/** What has an id in a list; another state of the same has the same key. */
interface Keyed {
  readonly key: string;
}

/** Who is told of the steps. Positions are those in the list as the steps before have left it. */
export interface Steps<E extends Keyed> {
  added(item: E, index: number): void;
  changed(item: E, before: E, index: number): void;
  moved(item: E, from: number, to: number): void;
  removed(item: E, index: number): void;
}

/** Tells the steps: removals, then from first to last what is added, or changed and then moved; as few are moved as possible. */
export function diffLists<E extends Keyed>(
  before: readonly E[],
  after: readonly E[],
  steps: Steps<E>,
): void {
  const start = commonStart(before, after);
  if (start === before.length && start === after.length) return;
  const positions = new Map(after.map(({ key }, index) => [key, index]));
  const list = before.slice();
  for (let index = list.length - 1; index >= start; index--) {
    const item = list[index] as E;
    if (positions.has(item.key)) continue;
    list.splice(index, 1);
    steps.removed(item, index);
  }
  arrange(list, after, start, stayingKeys(list, positions), steps);
}

function commonStart<E>(before: readonly E[], after: readonly E[]): number {
  let at = 0;
  while (at < before.length && at < after.length && before[at] === after[at]) at++;
  return at;
}

/** Each item comes right behind the one before it; those that stay are met in the end, as the others go away between them. */
function arrange<E extends Keyed>(
  list: E[],
  after: readonly E[],
  start: number,
  staying: ReadonlySet<string>,
  steps: Steps<E>,
): void {
  const old = new Map(list.map((item) => [item.key, item]));
  let at = start;
  for (const item of after.slice(start)) {
    const before = old.get(item.key);
    if (!before) {
      list.splice(at, 0, item);
      steps.added(item, at);
    } else {
      const from = list.indexOf(before, staying.has(item.key) ? at : 0);
      list[from] = item;
      if (before !== item) steps.changed(item, before, from);
      if (staying.has(item.key)) at = from;
      else {
        list.splice(from, 1);
        if (from < at) at--;
        list.splice(at, 0, item);
        if (from !== at) steps.moved(item, from, at);
      }
    }
    at++;
  }
}

/** The longest run of items that are in the same order in both lists. */
function stayingKeys(list: readonly Keyed[], positions: ReadonlyMap<string, number>): Set<string> {
  const targets = list.map(({ key }) => positions.get(key) as number);
  /** By length of a run: the item that ends the one with the least target. */
  const ends: number[] = [];
  const previous: number[] = [];
  for (const [index, target] of targets.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((targets[ends[middle] as number] as number) < target) low = middle + 1;
      else high = middle;
    }
    previous.push(low > 0 ? (ends[low - 1] as number) : -1);
    ends[low] = index;
  }
  const keys = new Set<string>();
  for (let index = ends.at(-1) ?? -1; index >= 0; index = previous[index] as number) {
    keys.add((list[index] as Keyed).key);
  }
  return keys;
}
