// Who is in a room: node presence.mjs [address] [room]
import { connect } from "@carillon/client";

const [address = "ws://localhost:8080", name = "chat/lobby"] = process.argv.slice(2);
const client = await connect(address);
const room = await client.join(name, { presence: true });

const show = () => console.log([...room.presence.values()].map(({ user, session }) => user ?? session).sort().join(", ") || "nobody");
show();
room.on("presence", show);
process.once("SIGINT", () => client.close());
