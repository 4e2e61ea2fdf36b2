package dev.carillon.simulator;

import dev.carillon.wire.Member;
import dev.carillon.wire.PresenceEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one reader was told of who comes and goes in one room: nobody comes twice, and nobody leaves
 * twice. A list may contain changes that are told after it, so only changes are compared.
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

  void changed(PresenceEvent event, @Nullable Member member) {
    if (member == null || event == PresenceEvent.STATE) {
      return;
    }
    PresenceEvent before = told.put(member.session(), event);
    if (before == event) {
      witness.violated("10 %s was told %s of %s twice".formatted(who, before, member.session()));
    }
  }
}
