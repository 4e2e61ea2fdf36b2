package dev.carillon.load;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Finds stamps in what a server sends, in place. Of a frame no more than its beginning is kept when
 * it is cut; the rest is passed over as it comes. Confined to the run's thread.
 */
final class FrameScan {
  /** Where a stamp is looked for; what is longer is passed over. */
  private static final int LOOKED_AT = 1024;

  private static final byte[] FLUSH = {0, 0, (byte) 0xff, (byte) 0xff};

  private final Client client;
  private final Crowd crowd;

  /** The beginning of a frame whose next bytes have not come. */
  private byte @Nullable [] kept;

  /** Bytes of a frame that are still to be passed over. */
  private long passing;

  private boolean endsMessage;
  private boolean inMessage;
  private long time;
  private long sequence = -1;
  private @Nullable Inflater inflater;
  private boolean forgets;
  private boolean blind;

  FrameScan(Client client, Crowd crowd) {
    this.client = client;
    this.crowd = crowd;
  }

  /** Compression was agreed; only a sample of the connections looks into what it gets. */
  void inflating(boolean looks, boolean noTakeover) {
    forgets = noTakeover;
    blind = !looks;
    if (looks) {
      inflater = new Inflater(true);
    }
  }

  /** Whether it looks into what comes. */
  boolean looks() {
    return !blind;
  }

  /** Puts what was kept before what is read next. */
  void resume(ByteBuffer in) {
    byte[] before = kept;
    if (before != null) {
      in.put(before);
      kept = null;
    }
  }

  void scan(ByteBuffer in) {
    while (in.hasRemaining() && client.state != Client.State.OVER) {
      if (passing > 0) {
        int some = (int) Math.min(passing, in.remaining());
        in.position(in.position() + some);
        passing -= some;
        if (passing == 0) {
          frameEnded();
        }
      } else if (!frame(in)) {
        byte[] rest = new byte[in.remaining()];
        in.get(rest);
        kept = rest;
      }
    }
  }

  /** Takes a frame, or its beginning; false when more is needed to tell. */
  private boolean frame(ByteBuffer in) {
    int at = in.position();
    int have = in.remaining();
    if (have < 2) {
      return false;
    }
    int first = in.get(at);
    int second = in.get(at + 1);
    int header = 2 + (second == 126 ? 2 : second == 127 ? 8 : 0);
    if (have < header) {
      return false;
    }
    if (second < 0) {
      crowd.ended(client, "with a masked frame");
      return true;
    }
    long length =
        second == 126 ? in.getShort(at + 2) & 0xffff : second == 127 ? in.getLong(at + 2) : second;
    boolean whole =
        (first & 8) != 0
            || inflater != null
            || crowd.target().dialect().severalInAFrame()
            || client.state == Client.State.OPENING;
    long needed = whole ? length : Math.min(length, LOOKED_AT);
    if (have - header < needed) {
      if (needed + header > Crowd.READ_BYTES) {
        crowd.ended(client, "with a frame of " + length + " bytes");
        return true;
      }
      return false;
    }
    int from = at + header;
    in.position((int) (from + needed));
    passing = length - needed;
    if ((first & 8) != 0) {
      control(first & 15, in, from, (int) length);
      return true;
    }
    endsMessage = first < 0;
    if ((first & 0x40) != 0) {
      compressed(in, from, (int) needed);
    } else {
      look(in, from, (int) (from + needed));
    }
    if (passing == 0) {
      frameEnded();
    }
    return true;
  }

  private void look(ByteBuffer in, int from, int end) {
    if (inMessage) {
      return; // a stamp stands in a message's first frame
    }
    int at = from;
    boolean found = false;
    while ((at = Stamp.find(in, at, end)) + Stamp.BYTES <= end) {
      if (found) {
        crowd.came(client, sequence, time); // several in one frame
      }
      found = true;
      StampReader stamp = crowd.stamps;
      stamp.read(in, at);
      if (stamp.source() == client.source) {
        sequence = stamp.sequence();
        time = stamp.nanos();
      } else {
        crowd.strays++;
        found = false;
      }
      at += Stamp.BYTES;
      if (!crowd.target().dialect().severalInAFrame()) {
        break;
      }
    }
    if (!found) {
      sequence = -1;
      client.told(in, from, end);
    }
  }

  private void compressed(ByteBuffer in, int from, int length) {
    Inflater own = inflater;
    if (own == null) {
      sequence = -1;
      crowd.unlooked(client);
      return;
    }
    if (!endsMessage || inMessage) {
      crowd.ended(client, "with a compressed message in several frames, which is not looked into");
      return;
    }
    ByteBuffer plain = crowd.inflated.clear();
    try {
      own.setInput(in.slice(from, length));
      own.inflate(plain);
      own.setInput(FLUSH);
      own.inflate(plain);
    } catch (DataFormatException garbage) {
      crowd.ended(client, "with garbage in a compressed frame");
      return;
    }
    if (forgets) {
      own.reset();
    }
    crowd.compressedBytes += length;
    crowd.plainBytes += plain.position();
    look(plain, 0, plain.position());
  }

  private void frameEnded() {
    inMessage = !endsMessage;
    if (endsMessage && sequence >= 0) {
      crowd.came(client, sequence, time);
      sequence = -1;
    }
  }

  private void control(int opcode, ByteBuffer in, int from, int length) {
    if (opcode == 9) {
      byte[] payload = new byte[length];
      in.get(from, payload);
      client.write(ByteBuffer.wrap(Template.frame(0x8a, payload)));
    } else if (opcode == 8) {
      crowd.ended(client, length < 2 ? "1005" : String.valueOf(in.getShort(from) & 0xffff));
    }
  }

  static boolean contains(ByteBuffer in, int from, int end, byte[] wanted) {
    for (int at = from; at + wanted.length <= end; at++) {
      int same = 0;
      while (same < wanted.length && in.get(at + same) == wanted[same]) {
        same++;
      }
      if (same == wanted.length) {
        return true;
      }
    }
    return false;
  }

  void release() {
    Inflater own = inflater;
    if (own != null) {
      own.end();
      inflater = null;
    }
  }
}
