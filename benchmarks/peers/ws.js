// A server on ws: echoes, but in /rooms/{room} it says to everybody what one says.
//   node ws.js PORT [deflate]
import { WebSocketServer } from "ws";

const [port, deflate] = process.argv.slice(2);
const rooms = new Map();
const server = new WebSocketServer({
  port: Number(port),
  host: "127.0.0.1",
  perMessageDeflate: deflate === "deflate",
  backlog: 1024,
});
server.on("connection", (socket, request) => {
  if (!request.url.startsWith("/rooms/")) {
    socket.on("message", (data, binary) => socket.send(data, { binary }));
    return;
  }
  let room = rooms.get(request.url);
  if (!room) rooms.set(request.url, (room = new Set()));
  room.add(socket);
  socket.on("close", () => room.delete(socket));
  socket.on("message", (data, binary) => {
    for (const member of room) member.send(data, { binary });
  });
});
server.on("listening", () => console.log("listening", port));
