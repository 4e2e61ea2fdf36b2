import com.sun.net.httpserver.SimpleFileServer;
import com.sun.net.httpserver.SimpleFileServer.OutputLevel;
import dev.carillon.server.Carillon;
import dev.carillon.server.RoomSetup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/** Where a pointer is, in hundredths of the page. */
record Pointer(int x, int y) {
  Pointer {
    if (x < 0 || x > 100 || y < 0 || y > 100) {
      throw new IllegalArgumentException("x and y are 0 to 100");
    }
  }
}

/**
 * Everybody sees everybody's pointer: {@code Cursors.java}, then open
 * http://localhost:8081/cursors.html twice. Nothing is kept of a room in which only the latest
 * matters, and who is slow goes on with that.
 */
void main(String[] arguments) {
  var page = Path.of(arguments.length > 0 ? arguments[0] : "examples").toAbsolutePath();
  var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 8081);
  SimpleFileServer.createFileServer(address, page, OutputLevel.NONE).start();
  Carillon.server()
      .room("cursors/{page}", Pointer.class, room -> room.room(RoomSetup::keepNothing))
      .listen(8080)
      .awaitShutdown();
}
