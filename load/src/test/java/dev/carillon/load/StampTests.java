package dev.carillon.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StampTests {
  @Test
  void itIsReadAsItWasWrittenWhereverItStands() {
    byte[] stamp = new byte[Stamp.BYTES];
    Stamp.write(stamp, 0xabcde, 0x123456789aL, -5);
    ByteBuffer in = ByteBuffer.allocate(64).put("{\"data\":\"".getBytes(StandardCharsets.UTF_8));
    int start = in.position();
    in.put(stamp).flip();

    int at = Stamp.find(in, 0, in.limit());

    assertThat(at).isEqualTo(start);
    assertThat(Stamp.source(in, at)).isEqualTo(0xabcde);
    assertThat(Stamp.sequence(in, at)).isEqualTo(0x123456789aL);
    assertThat(Stamp.nanos(in, at)).isEqualTo(-5);
  }

  @Test
  void whatIsReadIsWhatStandsThereHoweverOftenAndWhateverWasReadBefore() {
    StampReader reader = new StampReader();
    ByteBuffer in = ByteBuffer.allocate(Stamp.BYTES);
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 2000; i++) {
        long nanos = i / 3 * 1_000_003L;
        Stamp.write(in.array(), i % 7, i / 2, nanos);

        reader.read(in, 0);
        reader.read(in, 0);

        assertThat(reader.source()).isEqualTo(i % 7);
        assertThat(reader.sequence()).isEqualTo(i / 2);
        assertThat(reader.nanos()).isEqualTo(nanos);
      }
    }
  }

  @Test
  void aTemplateIsAMaskedFrameOfTheAskedSize() {
    for (int size : new int[] {32, 33, 125, 126, 65_535, 65_536}) {
      Template template = Template.message("a\"", "\"z", size - 4 < 32 ? 32 : size - 4);
      ByteBuffer frame = ByteBuffer.allocate(template.bytes());
      template.put(frame, 3, 4, 5);

      byte[] payload = unmasked(frame.flip());
      String text = new String(payload, StandardCharsets.UTF_8);
      assertThat(text).startsWith("a\"@00003" + "0000000004" + "0000000000000005").endsWith("\"z");
      assertThat(text.substring(2 + 32, text.length() - 2)).matches("[a-zA-Z0-9: ]*");
    }
  }

  private static byte[] unmasked(ByteBuffer frame) {
    assertThat(frame.get()).isEqualTo((byte) 0x81);
    int length = frame.get() & 0xff;
    assertThat(length).isGreaterThanOrEqualTo(0x80);
    long size =
        length == 0xfe
            ? frame.getShort() & 0xffff
            : length == 0xff ? frame.getLong() : length & 0x7f;
    byte[] mask = new byte[4];
    frame.get(mask);
    assertThat(frame.remaining()).isEqualTo((int) size);
    byte[] payload = new byte[(int) size];
    for (int i = 0; i < payload.length; i++) {
      payload[i] = (byte) (frame.get() ^ mask[i & 3]);
    }
    return payload;
  }
}
