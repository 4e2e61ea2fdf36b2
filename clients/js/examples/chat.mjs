// A chat in the terminal: node chat.mjs [address] [room]
// Type a line to say it. What was said before you came, and while you were away, is there too.
import { createInterface } from "node:readline";
import { connect } from "@carillon/client";

const [address = "ws://localhost:8080", name = "chat/lobby"] = process.argv.slice(2);
const client = await connect(address);
client.on("status", ({ status }) => console.error(`(${status})`));
const room = await client.join(name, { last: 20 });

room.on("message", ({ sender, data }) => console.log(`${sender?.user ?? "somebody"}: ${data}`));
room.on("gap", ({ ranges, reason }) => console.log(`(missed ${ranges.map((range) => range.join(" to ")).join(", ")}: ${reason})`));
room.on("reset", () => console.log("(the room has begun anew)"));

for await (const line of createInterface({ input: process.stdin })) {
  await room.publish(line).catch((error) => console.error(`(not sent: ${error.message})`));
}
await client.close();
