package dev.carillon.simulator;

import dev.carillon.wire.Member;
import dev.carillon.wire.PresenceEvent;
import dev.carillon.wire.ServerMessage;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one reader was told of who comes and goes in one room: nobody comes twice, and nobody leaves
 * twice. A list may contain changes that are told after it, and what a broker could not confirm is
 * told again; so only changes are compared, and only where nothing fails.
 */
final class Crowd {
  private final Witness witness;
  private final String who;
  private final Map<String, PresenceEvent> told = new LinkedHashMap<>();

  Crowd(Witness witness, String who) {
    this.witness = witness;
    this.who = who;
  }

  /** Changes were lost or left out: nothing is known of what was told. */
  void lost() {
    told.clear();
  }

  void changed(ServerMessage.Presence change) {
    Member member = change.member();
    if (member == null || change.event() == PresenceEvent.STATE) {
      return;
    }
    @Nullable PresenceEvent before = told.put(member.session(), change.event());
    if (before == change.event() && witness.strict()) {
      witness.violated("10 %s was told %s of %s twice".formatted(who, before, member.session()));
    }
  }
}
