package dev.carillon.client.spi;

import dev.carillon.client.CarillonException;
import dev.carillon.client.CarillonException.BadMessage;
import dev.carillon.client.ClientEvent;
import dev.carillon.wire.FromServer;
import dev.carillon.wire.Malformed;
import dev.carillon.wire.Problem;
import dev.carillon.wire.ServerMessage;
import dev.carillon.wire.UnknownOp;
import org.jspecify.annotations.Nullable;

/** Brings what the server says to the part of the machine that it concerns. */
final class Dispatch {
  private final Speaker speaker;
  private final Life life;
  private final Tokens tokens;
  private final Requests requests;
  private final Rooms rooms;
  private final Publishing publishing;
  private final Hearing hearing;

  Dispatch(
      Speaker speaker,
      Life life,
      Tokens tokens,
      Requests requests,
      Rooms rooms,
      Publishing publishing) {
    this.speaker = speaker;
    this.life = life;
    this.tokens = tokens;
    this.requests = requests;
    this.rooms = rooms;
    this.publishing = publishing;
    this.hearing = new Hearing(rooms, requests);
  }

  void received(FromServer frame, long now) {
    life.pulse().heard(now);
    switch (frame) {
      case ServerMessage message -> {
        if (life.state() == Life.State.CONNECTED) {
          dispatch(message, now);
        } else {
          greeted(message, now);
        }
      }
      case UnknownOp unknown -> {}
      case Malformed malformed -> {
        BadMessage error = new BadMessage("the server sent no message: " + malformed.words());
        if (malformed.why().unreadable()) {
          life.unreadable(error, now);
        } else {
          tellTrouble(error, null);
        }
      }
    }
  }

  private void tellTrouble(CarillonException error, @Nullable String room) {
    speaker.emit(new Output.Tell(new ClientEvent.Trouble(error, room)));
  }

  private void greeted(ServerMessage message, long now) {
    if (message instanceof ServerMessage.Error error) {
      life.notWelcome(error.problem());
    } else if (message instanceof ServerMessage.Goodbye goodbye) {
      life.goodbye(goodbye);
    } else if (message instanceof ServerMessage.Welcome welcome && life.welcomed(welcome, now)) {
      tokens.welcomed(welcome, now);
      rooms.connected(!welcome.resumed(), now);
      requests.pump();
      publishing.pump(now);
    }
  }

  private void dispatch(ServerMessage message, long now) {
    switch (message) {
      case ServerMessage.Message m -> hearing.message(m, now);
      case ServerMessage.Published m -> publishing.published(m, now);
      case ServerMessage.Rejected m -> publishing.rejected(m, now);
      case ServerMessage.Joined m -> rooms.joined(m, now);
      case ServerMessage.Resumed m -> hearing.resumed(m, now);
      case ServerMessage.Reset m -> hearing.reset(m, now);
      case ServerMessage.Gap m -> hearing.gap(m, now);
      case ServerMessage.Skipped m -> hearing.skipped(m);
      case ServerMessage.Rewind m -> hearing.rewind(m);
      case ServerMessage.Stale m -> hearing.stale(m);
      case ServerMessage.Presence m -> hearing.presence(m, now);
      case ServerMessage.Heads m -> hearing.heads(m, now);
      case ServerMessage.Left m -> {
        if (!requests.answered(m.id(), m)) {
          rooms.left(m, now);
        }
      }
      case ServerMessage.History m -> requests.answered(m.id(), m);
      case ServerMessage.Members m -> requests.answered(m.id(), m);
      case ServerMessage.Done m -> requests.answered(m.id(), m);
      case ServerMessage.Reply m -> replied(m);
      case ServerMessage.Refreshed m -> {
        tokens.refreshed(m.expires(), now);
        requests.answered(m.id(), m);
      }
      case ServerMessage.Error m -> failed(m, now);
      case ServerMessage.Call m -> speaker.emit(new Output.Asked(m));
      case ServerMessage.Goodbye m -> life.goodbye(m);
      case ServerMessage.Welcome m -> {}
      case ServerMessage.Pong m -> {}
    }
  }

  private void replied(ServerMessage.Reply reply) {
    if (reply.answer() instanceof Problem problem) {
      requests.refused(reply.id(), problem);
    } else {
      requests.answered(reply.id(), reply);
    }
  }

  private void failed(ServerMessage.Error error, long now) {
    Problem problem = error.problem();
    long id = error.id();
    if (id == 0
        || !(publishing.failed(id, problem, now)
            || requests.refused(id, problem)
            || rooms.failed(id, problem, now))) {
      tellTrouble(Speaker.refusal(problem), error.room());
    }
  }
}
