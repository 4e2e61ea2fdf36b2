package dev.carillon.core;

import org.jspecify.annotations.Nullable;

/** What one session acknowledges, brought to the reader that it is about. */
final class SessionAcks {
  private final Session session;

  SessionAcks(Session session) {
    this.session = session;
  }

  /** Everything up to an offset; answered only when it is wrong. */
  void ack(RoomName room, @Nullable Epoch epoch, long offset, @Nullable String subscription) {
    Claim claim = claim(room, subscription);
    Acknowledgement at = claim == null ? null : claim.acknowledgement();
    if (at != null) {
      if (isOf(room, epoch, at)) {
        told(room, at.ack(offset));
      }
    } else if (claim != null) {
      claim.early(epoch, offset);
    }
  }

  /** One message, which could not be dealt with; answered only when it is wrong. */
  void nack(
      RoomName room,
      @Nullable Epoch epoch,
      long offset,
      @Nullable String subscription,
      @Nullable String reason) {
    Claim claim = claim(room, subscription);
    Acknowledgement at = claim == null ? null : claim.acknowledgement();
    if (at != null && isOf(room, epoch, at)) {
      told(room, at.nack(offset, reason));
    }
  }

  private @Nullable Claim claim(RoomName room, @Nullable String subscription) {
    Joining joining = session.memberships().get(room);
    if (joining == null) {
      String words = "room " + room + " has not been joined";
      session.refuse(0, room, Problem.Reason.NOT_JOINED, words);
      return null;
    }
    Claim claim = joining.claim();
    if (claim == null) {
      String words = "room " + room + " was joined without acknowledgement";
      session.refuse(0, room, Problem.Reason.UNSUPPORTED, words);
    } else if (subscription != null && !subscription.equals(claim.subscription())) {
      String words = "room %s is not read for the subscription '%s'";
      String shown = subscription.substring(0, Math.min(subscription.length(), 50));
      session.refuse(0, room, Problem.Reason.NOT_JOINED, words.formatted(room, shown));
      return null;
    }
    return claim;
  }

  private boolean isOf(RoomName room, @Nullable Epoch epoch, Acknowledgement at) {
    Epoch current = at.cursor().epoch();
    if (epoch == null || epoch.equals(current)) {
      return true;
    }
    String words = "the offset belongs to another epoch than the room's, which is " + current;
    session.refuse(0, room, Problem.Reason.EPOCH_CHANGED, words);
    return false;
  }

  private void told(RoomName room, @Nullable Problem problem) {
    if (problem != null) {
      session.refuse(0, room, problem.reason(), problem.detail());
    }
  }
}
