package dev.carillon.client;

import dev.carillon.wire.Answer;
import dev.carillon.wire.ErrorCode;
import dev.carillon.wire.Problem;
import dev.carillon.wire.ServerMessage;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Has the application answer what the server asks, each call on a virtual thread of its own. */
final class Answering {
  private static final int AT_ONCE = 64;
  private static final System.Logger LOG = System.getLogger("dev.carillon.client");

  private final Driver driver;
  private final Map<String, CallHandler> handlers = new ConcurrentHashMap<>();
  private final AtomicInteger running = new AtomicInteger();

  Answering(Driver driver) {
    this.driver = driver;
  }

  void handle(String event, CallHandler handler) {
    handlers.put(event, handler);
  }

  /** On the driver's thread. */
  void asked(ServerMessage.Call call) {
    CallHandler handler = handlers.get(call.event());
    if (handler == null) {
      driver.reply(driver.link(), call.id(), Problem.of(ErrorCode.NO_HANDLER));
    } else if (running.get() >= AT_ONCE) {
      driver.reply(driver.link(), call.id(), Problem.of(ErrorCode.OVERLOADED));
    } else {
      running.incrementAndGet();
      Link from = driver.link();
      Thread.ofVirtual().name("carillon-client-call").start(() -> answer(handler, call, from));
    }
  }

  private void answer(CallHandler handler, ServerMessage.Call call, @Nullable Link from) {
    Answer answer = Problem.of(ErrorCode.INTERNAL);
    try {
      answer =
          handler.answer(
              new IncomingCall(call.room(), call.sender(), call.event(), call.payload()));
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "the handler of a call failed", e);
    } finally {
      running.decrementAndGet();
      Answer said = answer;
      driver.post(() -> driver.reply(from, call.id(), said));
    }
  }
}
