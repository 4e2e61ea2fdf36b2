// @vitest-environment happy-dom
import { StrictMode, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { createClient, type Client, type RoomEvent, type WebSocketConstructor } from "../src/index.js";
import { usePresence, useRoom } from "../src/react.js";
import { ScriptedServer, type Connection } from "./support/server.js";

let server: ScriptedServer;
let client: Client;
let connection: Connection;
let root: ReturnType<typeof createRoot>;
let container: HTMLElement;

beforeEach(async () => {
  server = await ScriptedServer.start();
  client = createClient(server.url, { storage: "memory", webSocket: WebSocket as unknown as WebSocketConstructor });
  connection = await server.welcomed();
  await client.connected;
  container = document.createElement("div");
  root = createRoot(container);
});

afterEach(async () => {
  root.unmount();
  await client.close({ drain: 0 });
  await server.stop();
});

const render = (node: ReactNode): void => root.render(node);
const shows = (text: string): Promise<void> => vi.waitFor(() => expect(container.textContent).toBe(text), { timeout: 5000 });
const message = (offset: number, data: string) => ({ op: "message", room: "r", offset, type: "text", data, time: 1 });

function Chat({ keep, onEvent }: { keep?: number; onEvent?: (event: RoomEvent<string>) => void }): ReactNode {
  const { messages, status, error } = useRoom<string>(client, "r", { keep, onEvent });
  return `${status} ${messages.map(({ data }) => data).join(",")} ${error?.code ?? ""}`.trim();
}

function People(): ReactNode {
  const { room } = useRoom<string, { name: string }>(client, "r", { presence: true });
  return usePresence(room).map(({ session, state }) => `${session}:${state?.name ?? "-"}`).join(" ");
}

describe("useRoom", () => {
  it("joins, shows the latest messages, and leaves with the component", async () => {
    render(<Chat keep={2} />);
    await shows("joining");
    await connection.joined();
    await shows("joined");
    connection.send(message(1, "a"), message(2, "b"), message(3, "c"));
    await shows("joined b,c");
    render(null);
    expect(await connection.next("leave")).toMatchObject({ room: "r" });
  });

  it("is joined once for two components, and in strict mode", async () => {
    render(
      <StrictMode>
        <Chat />
        {" | "}
        <Chat />
      </StrictMode>,
    );
    await connection.joined();
    await shows("joined | joined");
    connection.send(message(1, "a"));
    await shows("joined a | joined a");
    render(
      <StrictMode>
        <Chat />
      </StrictMode>,
    );
    connection.send(message(2, "b"));
    await shows("joined a,b");
  });

  it("tells every event, and why a room has ended", async () => {
    const events: string[] = [];
    render(<Chat onEvent={({ kind }) => events.push(kind)} />);
    await connection.joined();
    await shows("joined");
    connection.send({ op: "gap", room: "r", epoch: "e1", ranges: [[1, 2]], reason: "conflated" }, { op: "left", room: "r", reason: "removed" });
    await shows("left  removed");
    expect(events).toEqual(["gap", "left"]);
  });

  it("shows that a room may not be joined", async () => {
    render(<Chat />);
    const { id } = await connection.next("join");
    connection.send({ op: "error", id, room: "r", code: "forbidden", message: "no", retryable: false });
    await shows("left  forbidden");
  });
});

describe("usePresence", () => {
  it("shows who is there, and follows", async () => {
    render(<People />);
    await connection.joined({ presence: { members: [{ session: "a", state: { type: "json", data: { name: "Ann" } } }], count: 1 } });
    await shows("a:Ann");
    connection.send({ op: "presence", room: "r", offset: 1, event: "join", member: { session: "b" } });
    await shows("a:Ann b:-");
    connection.send({ op: "presence", room: "r", offset: 2, event: "leave", member: { session: "a" } });
    await shows("b:-");
  });
});
