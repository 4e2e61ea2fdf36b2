package dev.carillon.protocol.carillon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Disconnect;
import dev.carillon.core.Problem;
import dev.carillon.core.spi.Broker;
import dev.carillon.wire.Disconnect.ComeBack;
import dev.carillon.wire.ErrorCode;
import dev.carillon.wire.Level;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Core and wire may not know each other; what both have a table of says the same in both. */
class TablesTests {
  @ParameterizedTest
  @EnumSource
  void everyReasonIsAnErrorCodeOfTheWire(Problem.Reason reason) {
    ErrorCode code = ErrorCode.find(reason.code());

    assertThat(code).isNotNull();
    assertThat(code.retryable()).isEqualTo(reason.retryable());
  }

  @ParameterizedTest
  @EnumSource
  void everyCloseCodeOfOurOwnIsOneOfTheWire(Disconnect why) {
    dev.carillon.wire.Disconnect told = dev.carillon.wire.Disconnect.find(why.code());

    assertThat(told != null).isEqualTo(why.code() >= 4000);
    if (told != null) {
      assertThat(
              told.comeBack() == ComeBack.AFTER_DELAY
                  || told.comeBack() == ComeBack.WITHOUT_SESSION)
          .isEqualTo(why.comeBack());
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyLevelIsOneOfTheWire(Broker.Level level) {
    assertThat(ToWire.level(level)).isEqualTo(Level.valueOf(level.name()));
  }
}
