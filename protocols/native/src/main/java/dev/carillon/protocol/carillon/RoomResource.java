package dev.carillon.protocol.carillon;

import dev.carillon.core.spi.Resource;
import dev.carillon.core.spi.Visit;
import java.util.List;

/**
 * A room over single requests: {@code GET /rooms/{room}} answers with its history as {@code
 * history}, {@code POST} publishes and answers with {@code published}, in the protocol's words.
 */
record RoomResource(SharedCodec codec) implements Resource {
  static final String PATH = "/rooms/";

  @Override
  public boolean answers(String path) {
    return path.startsWith(PATH);
  }

  @Override
  public List<String> methods() {
    return List.of("GET", "HEAD", "POST");
  }

  @Override
  public Visitor visit(Request request, Visit visit) {
    return request.method().equals("POST")
        ? new PublishVisitor(codec, request, visit)
        : new HistoryVisitor(codec, request, visit);
  }
}
