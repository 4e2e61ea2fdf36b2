package dev.carillon.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RoomLogTests {
  private static final Epoch EPOCH = new Epoch(1, 2);

  private static Entry entry(long offset) {
    Payload payload = Payload.text("m" + offset);
    return new Entry(
        offset, new Message("id", null, payload, null, offset, Map.of(), null, 0, 0, true));
  }

  @Test
  void entriesAreFoundByOffsetUntilTheCountIsReached() {
    RoomLog log = new RoomLog(EPOCH, 0, 64, 1 << 20, new HeldBytes());
    for (long offset = 1; offset <= 100; offset++) {
      log.append(entry(offset));
    }
    assertThat(log.head()).isEqualTo(100);
    assertThat(log.get(36)).isNull();
    for (long offset = 37; offset <= 100; offset++) {
      assertThat(log.get(offset)).isNotNull().extracting(Entry::offset).isEqualTo(offset);
    }
    assertThat(log.get(101)).isNull();
  }

  @Test
  void bytesAreBoundedButTheNewestEntryStays() {
    RoomLog log = new RoomLog(EPOCH, 0, 64, 1, new HeldBytes());
    log.append(entry(1));
    log.append(entry(2));
    assertThat(log.get(1)).isNull();
    assertThat(log.get(2)).isNotNull();
  }

  @Test
  void aLogBeginsBehindTheHeadItWasGiven() {
    RoomLog log = new RoomLog(EPOCH, 1_000_000_000_000L, 16, 1 << 20, new HeldBytes());
    assertThatThrownBy(() -> log.append(entry(1))).isInstanceOf(IllegalStateException.class);
    log.append(entry(1_000_000_000_001L));
    assertThat(log.get(1_000_000_000_001L)).isNotNull();
  }

  @Test
  void skippingForgetsWhatWasThereAndGoesOnBehindTheHole() {
    RoomLog log = new RoomLog(EPOCH, 0, 16, 1 << 20, new HeldBytes());
    log.append(entry(1));
    log.skipTo(50);
    assertThat(log.head()).isEqualTo(50);
    assertThat(log.get(1)).isNull();
    assertThat(log.get(50)).isNull();
    log.append(entry(51));
    assertThat(log.get(51)).isNotNull();
  }

  @Test
  void otherThreadsSeeTheEntryOfEveryHeadTheySawOrANewerOnesTraces() throws Exception {
    RoomLog log = new RoomLog(EPOCH, 0, 1 << 16, Integer.MAX_VALUE, new HeldBytes());
    AtomicReference<String> wrong = new AtomicReference<>();
    List<Thread> readers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Thread reader =
          new Thread(
              () -> {
                long seen = 0;
                while (seen < 50_000) {
                  long head = log.head();
                  for (long offset = seen + 1; offset <= head; offset++) {
                    Entry entry = log.get(offset);
                    if (entry == null || entry.message().time() != offset) {
                      wrong.compareAndSet(null, offset + " gave " + entry);
                    }
                  }
                  seen = head;
                  Thread.onSpinWait();
                }
              });
      reader.start();
      readers.add(reader);
    }
    for (long offset = 1; offset <= 50_000; offset++) {
      log.append(entry(offset));
    }
    for (Thread reader : readers) {
      reader.join();
    }
    assertThat(wrong.get()).isNull();
  }
}
