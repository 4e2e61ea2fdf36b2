// A bot that answers in a room: node bot.mjs [address] [room]
// It goes on behind the last message that it saw, also after a restart, when it keeps the position.
import { readFile, writeFile } from "node:fs/promises";
import { connect } from "@carillon/client";

const [address = "ws://localhost:8080", name = "chat/lobby", file] = process.argv.slice(2);
const client = await connect(address);
const from = file && (await readFile(file, "utf8").then(JSON.parse, () => undefined));
const room = await client.join(name, { from });
console.log(`listening in ${name}`);

for await (const { data, sender, epoch, offset } of room) {
  if (sender?.session !== client.session && typeof data === "string" && data.startsWith("!")) {
    const [command, ...words] = data.slice(1).split(" ");
    if (command === "echo") await room.publish(words.join(" "));
    else if (command === "time") await room.publish(new Date().toISOString());
    else if (command === "bye") break;
  }
  if (file) await writeFile(file, JSON.stringify({ epoch, offset }));
}
await client.close();
