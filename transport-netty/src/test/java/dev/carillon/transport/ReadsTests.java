package dev.carillon.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReadsTests {
  private final Reads reads = new Reads();
  private final EmbeddedChannel channel = new EmbeddedChannel();

  @BeforeEach
  void begin() {
    reads.reset(channel.config());
  }

  @AfterEach
  void end() {
    reads.close();
    channel.close();
  }

  private ByteBuf read(int bytes) {
    ByteBuf buffer = reads.allocate(UnpooledByteBufAllocator.DEFAULT);
    reads.attemptedBytesRead(buffer.writableBytes());
    reads.lastBytesRead(bytes);
    return buffer.writeZero(bytes);
  }

  @Test
  void whatWasTakenMakesRoomForTheNextRead() {
    ByteBuf first = read(10);
    first.release();
    ByteBuf second = read(20);

    assertThat(second).isSameAs(first);
    assertThat(second.readableBytes()).isEqualTo(20);
    second.release();
  }

  @Test
  void whatIsKeptIsLeftAlone() {
    ByteBuf kept = read(10);
    kept.setByte(0, 7);
    ByteBuf second = read(10);

    assertThat(second).isNotSameAs(kept);
    assertThat(kept.getByte(0)).isEqualTo((byte) 7);
    second.release();
    kept.release();
    assertThat(kept.refCnt()).isZero();
  }

  @Test
  void theRestOfALargeFrameIsReadAtOnce() {
    read(Reads.SMALL).release();
    reads.expect(30_000);
    ByteBuf rest = read(30_000);

    assertThat(rest.capacity()).isEqualTo(30_000);
    assertThat(rest.hasMemoryAddress()).isTrue();
    rest.release();
    ByteBuf next = read(1);
    assertThat(next.capacity()).isEqualTo(Reads.SMALL);
    next.release();
  }

  @Test
  void noReadIsLargerThanTheLargeBuffer() {
    reads.expect(1 << 30);
    ByteBuf buffer = read(1);

    assertThat(buffer.capacity()).isEqualTo(Reads.LARGE);
    buffer.release();
  }

  @Test
  void whoFillsItsReadsGoesOnUntilItIsTheNextChannelsTurn() {
    int turns = 0;
    do {
      read(Reads.SMALL).release();
      turns++;
    } while (reads.continueReading());

    assertThat(turns).isEqualTo(Reads.LARGE / Reads.SMALL);
  }

  @Test
  void aReadThatWasNotFilledIsTheLast() {
    read(Reads.SMALL - 1).release();

    assertThat(reads.continueReading()).isFalse();
  }

  @Test
  void whoIsNotToBeReadFromIsNot() {
    read(Reads.SMALL).release();
    channel.config().setAutoRead(false);

    assertThat(reads.continueReading()).isFalse();
  }
}
