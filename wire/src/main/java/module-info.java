/** Placeholder sentence replaced as the module grows. */
@org.jspecify.annotations.NullMarked
module dev.carillon.wire {
  requires static org.jspecify;

  exports dev.carillon.wire;
}
