/** Carillon's own protocol messages and their codecs. Needs nothing but the JDK's base. */
@org.jspecify.annotations.NullMarked
module dev.carillon.wire {
  requires static transitive org.jspecify;

  exports dev.carillon.wire;
}
