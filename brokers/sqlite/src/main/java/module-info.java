/** Room logs in a file: the durable broker of a single node. */
@org.jspecify.annotations.NullMarked
module dev.carillon.broker.sqlite {
  requires transitive dev.carillon.core;
  requires java.sql;
  requires org.xerial.sqlitejdbc;
  requires static org.jspecify;

  exports dev.carillon.broker.sqlite;

  provides dev.carillon.core.spi.BrokerProvider with
      dev.carillon.broker.sqlite.SqliteBrokerProvider;
}
