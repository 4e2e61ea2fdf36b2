package dev.carillon.simulator;

import dev.carillon.websocket.ClientHandshake;
import dev.carillon.websocket.ClientTerms;
import dev.carillon.websocket.CloseCode;
import dev.carillon.websocket.Engine;
import dev.carillon.websocket.HttpFields;
import dev.carillon.websocket.HttpHead;
import dev.carillon.websocket.HttpLimits;
import dev.carillon.websocket.Incoming;
import dev.carillon.websocket.Limits;
import dev.carillon.websocket.Output;
import dev.carillon.wire.ByteSink;
import dev.carillon.wire.CborCodec;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.FromServer;
import dev.carillon.wire.JsonCodec;
import dev.carillon.wire.MsgpackCodec;
import dev.carillon.wire.ServerMessage;
import dev.carillon.wire.WireCodec;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The client's end of one connection: handshake, engine and codec, over the network's pipes. */
final class ClientSide implements Pipe.Reader {
  /** Whom it tells. */
  interface Driver {
    void opened(ClientSide from);

    void heard(ClientSide from, FromServer frame);

    void closed(ClientSide from, int code, String reason);

    void broken(ClientSide from, String words);
  }

  private static final URI ADDRESS = URI.create("ws://simulated/ws");

  private final World world;
  private final Witness witness;
  private final Driver driver;
  private final String who;
  private final String subprotocol;
  private final WireCodec codec;
  private final WireWatch watch;
  private final Engine engine;
  private final HttpHead head = HttpHead.response(HttpLimits.DEFAULT);
  private final ByteSink encoded = new ByteSink(512);
  private @Nullable ClientHandshake handshake;
  private @Nullable ServerSide server;
  private ByteBuffer pending = ByteBuffer.allocate(1024);
  private boolean open;
  private boolean over;
  private boolean deaf;

  /** A connection; {@code kept} says whether a token is sure to take its session up again. */
  ClientSide(
      World world,
      Witness witness,
      Driver driver,
      String who,
      String subprotocol,
      KeptSessions kept) {
    this.world = world;
    this.witness = witness;
    this.driver = driver;
    this.who = who;
    this.subprotocol = subprotocol;
    this.watch = new WireWatch(witness, who, kept);
    this.codec =
        switch (subprotocol) {
          case MsgpackCodec.SUBPROTOCOL -> new MsgpackCodec();
          case CborCodec.SUBPROTOCOL -> new CborCodec();
          default -> new JsonCodec();
        };
    Output output = this::reserve;
    this.engine = Engine.client(Limits.DEFAULT, null, world.ids, output);
  }

  private ByteBuffer reserve(int bytes) {
    if (pending.remaining() < bytes) {
      int capacity = Math.max(pending.position() + bytes, pending.capacity() * 2);
      int position = pending.position();
      pending = ByteBuffer.wrap(Arrays.copyOf(pending.array(), capacity)).position(position);
    }
    return pending;
  }

  /** Connects and sends the handshake; false when nobody is there. */
  boolean connect(SimulatedServer to) {
    ServerSide made = to.accept(this, this::flush);
    if (made == null) {
      return false;
    }
    server = made;
    ClientTerms terms = new ClientTerms(List.of(subprotocol), null, null, HttpFields.NONE);
    ClientHandshake asked = ClientHandshake.request(ADDRESS, terms, world.ids);
    handshake = asked;
    byte[] request = asked.head().toByteArray();
    reserve(request.length).put(request);
    flush();
    return true;
  }

  void send(ClientMessage message) {
    if (!engine.canSend()) {
      return;
    }
    watch.said(message);
    encoded.clear();
    codec.encode(message, encoded);
    if (codec.text()) {
      engine.text(encoded.buffer());
    } else {
      engine.binary(encoded.buffer());
    }
  }

  /** Offers what waits to the network. */
  void flush() {
    ServerSide to = server;
    if (to != null && pending.position() > 0) {
      ByteBuffer out = pending.flip();
      int taken = to.up.offer(out);
      pending = out.position(taken).compact();
    }
  }

  /** Says goodbye, and hears nothing more. */
  void hangUp(int code, String reason) {
    over = true;
    if (open && engine.canSend()) {
      engine.close(CloseCode.of(code), reason);
    }
    flush();
    ServerSide to = server;
    if (to != null) {
      world.after(1 + world.network.nextInt(20), "hung up", to::reset);
    }
  }

  @Override
  public boolean reads() {
    return !deaf;
  }

  @Override
  public void arrived(ByteBuffer bytes) {
    if (over) {
      return;
    }
    if (!open) {
      shakeHands(bytes);
    }
    if (open && bytes.hasRemaining()) {
      if (engine.closed()) {
        witness.violated("12 " + who + " got bytes behind a Close");
      }
      engine.receive(bytes, this::take);
      flush();
    }
  }

  private void shakeHands(ByteBuffer bytes) {
    ClientHandshake asked = handshake;
    if (asked != null && head.receive(bytes) instanceof HttpHead.Progress.Response(var response)) {
      if (asked.check(response) instanceof ClientHandshake.Outcome.Agreed) {
        open = true;
        driver.opened(this);
      } else {
        witness.violated("12 " + who + " was refused the handshake: " + response.status());
      }
    }
  }

  private void take(Incoming incoming) {
    if (over) {
      return;
    }
    switch (incoming) {
      case Incoming.Text(var text) -> heard(text.bytes());
      case Incoming.Binary(var payload) -> heard(payload);
      case Incoming.Closed(var code, var reason) -> {
        if (engine.failed()) {
          driver.broken(this, reason);
        }
        flush();
        over = true;
        hangUpLater();
        driver.closed(this, code.value(), reason);
      }
      case Incoming.Part part -> {}
      case Incoming.Ping ping -> {}
      case Incoming.Pong pong -> {}
    }
  }

  private void hangUpLater() {
    ServerSide to = server;
    if (to != null) {
      world.after(1 + world.network.nextInt(50), "hung up", to::reset);
    }
  }

  private void heard(ByteBuffer payload) {
    FromServer frame = codec.decodeServer(payload);
    if (frame instanceof ServerMessage message) {
      watch.heard(message);
    }
    driver.heard(this, frame);
  }

  @Override
  public void ended() {
    if (!over) {
      if (open) {
        engine.eof(this::take);
      } else {
        over = true;
        driver.closed(this, CloseCode.ABNORMAL.value(), "");
      }
    }
  }

  // -- What the network does

  void suffer(Fault fault) {
    ServerSide to = server;
    if (to == null || over) {
      return;
    }
    switch (fault.kind()) {
      case RESET, STORM, CRASH -> {
        to.reset();
        world.after(1 + world.network.nextInt(20), "reset", this::ended);
      }
      case END -> {
        to.down.finish();
        to.up.finish();
      }
      case BLACK_HOLE -> {
        to.down.swallow();
        to.up.swallow();
      }
      case STALL_UP -> to.up.stall(fault.millis());
      case STALL_DOWN -> {
        to.down.stall(fault.millis());
        deaf = true;
        world.after(fault.millis(), "reads again", this::heal);
      }
      case NO_WAY, FEED_LOST, BROKER_ERRORS, FAIL_OVER -> {}
    }
  }

  void heal() {
    deaf = false;
    if (server != null) {
      server.down.resume();
    }
  }
}
