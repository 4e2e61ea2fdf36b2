package dev.carillon.client.spi;

import dev.carillon.client.CarillonException;
import dev.carillon.client.CarillonException.RequestRefused;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.Payload;
import dev.carillon.wire.Problem;
import dev.carillon.wire.ServerMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Numbers requests, and collects what the state machine wants done. */
final class Speaker {
  /** Of a frame without data, and a byte of JSON text may become six. */
  private static final int ENVELOPE = 4096;

  private static final int LARGEST_ESCAPE = 6;

  private final ToIntFunction<ClientMessage> sizeOf;
  private List<Output> outputs = new ArrayList<>();
  private boolean maySpeak;
  private long maxMessageBytes = Long.MAX_VALUE;
  private long numbers;

  Speaker(ToIntFunction<ClientMessage> sizeOf) {
    this.sizeOf = sizeOf;
  }

  void emit(Output output) {
    outputs.add(output);
  }

  /** What is to be done, in order; empty until the next input. */
  List<Output> take() {
    if (outputs.isEmpty()) {
      return List.of();
    }
    List<Output> taken = outputs;
    outputs = new ArrayList<>();
    return taken;
  }

  /** A number for the next request. Never used again, not even on another connection. */
  long number() {
    return ++numbers;
  }

  void say(ClientMessage message) {
    outputs.add(new Output.Send(message));
  }

  void answer(long ticket, @Nullable ServerMessage answer) {
    if (ticket != Machine.NOBODY) {
      emit(new Output.Answer(ticket, answer));
    }
  }

  void fail(long ticket, CarillonException error) {
    if (ticket != Machine.NOBODY) {
      emit(new Output.Fail(ticket, error));
    }
  }

  /** Whether a welcome has come on this connection. */
  boolean maySpeak() {
    return maySpeak;
  }

  void welcomed(long limit) {
    maySpeak = true;
    maxMessageBytes = limit;
  }

  void silence() {
    maySpeak = false;
  }

  long maxMessageBytes() {
    return maxMessageBytes;
  }

  /** Whether the server would hang up on this message. */
  boolean tooLarge(ClientMessage message, @Nullable Payload payload) {
    long data = payload == null ? 0 : payload.bytes().length;
    return data * LARGEST_ESCAPE + ENVELOPE > maxMessageBytes
        && sizeOf.applyAsInt(message) > maxMessageBytes;
  }

  /** The server's no, as an error. */
  static RequestRefused refusal(Problem problem) {
    Long wait = problem.retryAfter();
    return new RequestRefused(
        problem.code(),
        problem.message(),
        problem.retryable(),
        wait == null ? null : Duration.ofMillis(wait));
  }
}
