// A Bun server: echoes, but in /rooms/{room} it says to everybody what one says.
//   bun bun.js PORT [deflate]
const [port, deflate] = process.argv.slice(2);
const compress = deflate === "deflate";
const server = Bun.serve({
  port: Number(port),
  hostname: "127.0.0.1",
  fetch(request, server) {
    const path = new URL(request.url).pathname;
    const room = path.startsWith("/rooms/") ? path : null;
    if (!server.upgrade(request, { data: { room } })) {
      return new Response("a WebSocket is wanted", { status: 426 });
    }
  },
  websocket: {
    perMessageDeflate: compress,
    maxPayloadLength: 16 << 20,
    idleTimeout: 960,
    open(socket) {
      if (socket.data.room) socket.subscribe(socket.data.room);
    },
    message(socket, message) {
      if (socket.data.room) server.publish(socket.data.room, message, compress);
      else socket.send(message);
    },
  },
});
console.log("listening", server.port);
