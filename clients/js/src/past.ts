import type { Message } from "./machine/types.js";
import type { History, HistoryOptions } from "./options.js";

/** A room's past, page after page. What comes in meanwhile is not part of it. */
export async function* past<T>(
  page: (options: HistoryOptions) => Promise<History<T>>,
  { limit = Infinity, last, since, from, order, compact = false }: HistoryOptions,
): AsyncGenerator<Message<T>, void, undefined> {
  const newest = order === "newest";
  // The newest of each key are known from the end only.
  const back = newest || compact;
  const keys = new Set<string>();
  const kept: Message<T>[] = [];
  let floor = !newest && from ? from.offset : 0;
  let head: number | undefined;
  let left = limit;
  const way: HistoryOptions = { order: back ? "newest" : "oldest", ...(compact && { compact }) };
  let ask: HistoryOptions = { ...way, ...(from && (newest || !back) && { from }), ...(last !== undefined && { last }), ...(since !== undefined && { since }) };
  for (let more = true; more && left > 0; ) {
    const answer = await page(ask);
    if (head === undefined) {
      head = answer.head;
      if (last !== undefined) floor = Math.max(floor, head - last);
    }
    more = answer.more;
    for (const message of answer.messages) {
      const { offset, key, time } = message;
      if (back ? offset <= floor || time < (since ?? 0) : offset > head) {
        more = false;
        break;
      }
      if (compact && key !== undefined) {
        if (keys.has(key)) continue;
        keys.add(key);
      }
      if (back && !newest) kept.push(message);
      else if (left-- > 0) yield message;
    }
    const edge = answer.messages.at(-1);
    if (!edge) break;
    ask = { ...way, from: { epoch: answer.epoch, offset: edge.offset - (back ? 1 : 0) } };
  }
  yield* kept.reverse().slice(0, limit);
}
