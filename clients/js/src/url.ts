import { CarillonError } from "./errors.js";

/** The address of the WebSocket: http becomes ws, and `/ws` is added to an address without a path. */
export function serverUrl(text: string): string {
  const base = (globalThis as { location?: { href: string } }).location?.href;
  let url: URL;
  try {
    url = new URL(text, base);
  } catch (cause) {
    throw new CarillonError("bad_address", `${text} is no address; it looks like ws://localhost:8080`, { cause });
  }
  url.protocol = url.protocol.replace(/^http/, "ws");
  if (!/^wss?:$/.test(url.protocol)) throw new CarillonError("bad_address", `${text} does not begin with ws:, wss:, http: or https:`);
  url.hash = "";
  if (url.pathname === "/") url.pathname = "/ws";
  return url.href;
}
