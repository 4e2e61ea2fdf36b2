package dev.carillon.broker.sqlite;

import dev.carillon.core.Audience;
import dev.carillon.core.Entry;
import dev.carillon.core.Member;
import dev.carillon.core.Message;
import dev.carillon.core.Payload;
import dev.carillon.core.User;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How a message is a row. Most have neither tags nor a key nor a state of the sender, so these have
 * an insertion with fewer columns.
 */
final class MessageRow {
  private static final String COMMON =
      "place, time, weight, checksum, id, kind, payload, event, sender_user, sender_session";
  private static final String SELDOM =
      "sender_kind, sender_state, tags, key, priority, ttl, flags, audience";

  static final String INSERT_COMMON =
      "INSERT INTO message (" + COMMON + ") VALUES (?,?,?,?,?,?,?,?,?,?)";
  static final String INSERT_ALL =
      "INSERT INTO message (%s, %s) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
          .formatted(COMMON, SELDOM);
  static final String COLUMNS = COMMON + ", " + SELDOM;

  /** Stands in {@code flags} when the sender's own session gets it too. */
  private static final int ECHO = 1;

  private static final Payload.Kind[] KINDS = Payload.Kind.values();

  private MessageRow() {}

  /** Whether a message needs all columns. */
  static boolean isSeldom(Message message) {
    Member sender = message.sender();
    return !message.tags().isEmpty()
        || message.key() != null
        || message.priority() != 0
        || message.ttlMillis() != 0
        || !message.echo()
        || message.audience() != null
        || sender != null && sender.state() != null;
  }

  static void bind(PreparedStatement insert, long place, Message message, boolean all)
      throws SQLException {
    Member sender = message.sender();
    insert.setLong(1, place);
    insert.setLong(2, message.time());
    insert.setInt(3, message.weight());
    insert.setLong(4, checksum(place, message));
    insert.setString(5, message.id());
    insert.setInt(6, message.payload().kind().ordinal());
    insert.setBytes(7, message.payload().bytes());
    insert.setString(8, message.event());
    insert.setString(9, sender == null ? null : sender.user().id());
    insert.setString(10, sender == null ? null : sender.session());
    if (all) {
      Payload state = sender == null ? null : sender.state();
      if (state == null) {
        insert.setNull(11, Types.INTEGER);
        insert.setNull(12, Types.BLOB);
      } else {
        insert.setInt(11, state.kind().ordinal());
        insert.setBytes(12, state.bytes());
      }
      insert.setString(13, message.tags().isEmpty() ? null : tags(message.tags()));
      insert.setString(14, message.key());
      insert.setInt(15, message.priority());
      insert.setLong(16, message.ttlMillis());
      insert.setInt(17, message.echo() ? ECHO : 0);
      Audience audience = message.audience();
      insert.setString(18, audience == null ? null : audience.expression());
    }
  }

  /**
   * The entry that a row holds.
   *
   * @throws SQLException if it is not what was written
   */
  static Entry entry(ResultSet row) throws SQLException {
    long place = row.getLong(1);
    long offset = place & Schema.MAX_OFFSET;
    try {
      Message message = message(row);
      if (checksum(place, message) != row.getLong(4)) {
        throw damaged(offset, null);
      }
      return new Entry(offset, message);
    } catch (IllegalArgumentException wrong) {
      throw damaged(offset, wrong);
    }
  }

  private static SQLException damaged(long offset, @Nullable Throwable cause) {
    return new SQLException(
        "the message at offset " + offset + " is damaged: it is not what was written", cause);
  }

  private static Message message(ResultSet row) throws SQLException {
    int flags = row.getInt(17);
    boolean echo = row.wasNull() || (flags & ECHO) != 0;
    String tags = row.getString(13);
    String audience = row.getString(18);
    return new Message(
        text(row, 5),
        row.getString(8),
        new Payload(kind(row.getInt(6)), row.getBytes(7)),
        sender(row),
        row.getLong(2),
        tags == null ? Map.of() : tags(tags),
        row.getString(14),
        row.getInt(15),
        row.getLong(16),
        echo,
        audience == null ? null : Audience.of(audience));
  }

  private static @Nullable Member sender(ResultSet row) throws SQLException {
    String user = row.getString(9);
    if (user == null) {
      return null;
    }
    byte[] state = row.getBytes(12);
    return new Member(
        text(row, 10),
        new User(user),
        state == null ? null : new Payload(kind(row.getInt(11)), state));
  }

  private static String text(ResultSet row, int column) throws SQLException {
    String text = row.getString(column);
    if (text == null) {
      throw new IllegalArgumentException("column " + column + " is missing");
    }
    return text;
  }

  private static Payload.Kind kind(int ordinal) {
    if (ordinal < 0 || ordinal >= KINDS.length) {
      throw new IllegalArgumentException("there is no kind " + ordinal);
    }
    return KINDS[ordinal];
  }

  /** As in the query of an address, so that anything fits and people can read it. */
  private static String tags(Map<String, String> tags) {
    StringJoiner joined = new StringJoiner("&");
    tags.forEach(
        (name, value) ->
            joined.add(
                URLEncoder.encode(name, StandardCharsets.UTF_8)
                    + "="
                    + URLEncoder.encode(value, StandardCharsets.UTF_8)));
    return joined.toString();
  }

  private static Map<String, String> tags(String joined) {
    Map<String, String> tags = new TreeMap<>();
    for (String each : joined.split("&", -1)) {
      int equals = each.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("a tag has no value");
      }
      tags.put(
          URLDecoder.decode(each.substring(0, equals), StandardCharsets.UTF_8),
          URLDecoder.decode(each.substring(equals + 1), StandardCharsets.UTF_8));
    }
    return tags;
  }

  /** Over everything in the row: SQLite has no checksums of its own outside its WAL. */
  private static long checksum(long place, Message message) {
    CRC32C sum = new CRC32C();
    ByteBuffer numbers = ByteBuffer.allocate(40);
    numbers.putLong(place).putLong(message.time()).putInt(message.payload().kind().ordinal());
    numbers.putInt(message.priority()).putLong(message.ttlMillis());
    numbers.putInt(message.echo() ? ECHO : 0);
    sum.update(numbers.flip());
    sum.update(message.payload().bytes());
    add(sum, message.id());
    add(sum, message.event());
    add(sum, message.key());
    Member sender = message.sender();
    if (sender != null) {
      add(sum, sender.user().id());
      add(sum, sender.session());
      Payload state = sender.state();
      if (state != null) {
        sum.update(state.kind().ordinal());
        sum.update(state.bytes());
      }
    }
    message
        .tags()
        .forEach(
            (name, value) -> {
              add(sum, name);
              add(sum, value);
            });
    Audience audience = message.audience();
    if (audience != null) { // absent from the sums of version 1
      add(sum, audience.expression());
    }
    return sum.getValue();
  }

  private static void add(CRC32C sum, @Nullable String text) {
    if (text == null) {
      sum.update(0);
    } else {
      sum.update(1);
      sum.update(text.getBytes(StandardCharsets.UTF_8));
    }
  }
}
