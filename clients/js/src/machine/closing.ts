/** What the protocol's close codes say about coming back. */

const names: Record<number, string> = {
  4400: "bad_message",
  4401: "unauthenticated",
  4403: "forbidden",
  4404: "no_such_room",
  4408: "lagging",
  4409: "taken_over",
  4410: "session_expired",
  4412: "reset",
  4413: "too_large",
  4420: "no_heartbeat",
  4423: "removed",
  4429: "rate_limited",
  4430: "overloaded",
};
const never = [1000, 1002, 1003, 1007, 1008, 1009, 1010, 4400, 4403, 4404, 4409, 4413, 4423];

export type ComeBack = "never" | "after_delay" | "with_new_token" | "without_session";

export function comeBack(code: number): ComeBack {
  if (never.includes(code)) return "never";
  if (code === 4401) return "with_new_token";
  return code === 4410 || code === 4412 ? "without_session" : "after_delay";
}

/** The error code for a connection that was closed with this close code. */
export function closeName(code: number): string {
  return names[code] ?? (code === 1000 ? "closed" : "connection_lost");
}
