package dev.carillon.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a command did, as {@code --json} prints it.
 *
 * @param operation the command's name
 * @param target what it was done to, without secrets
 * @param status {@code ok} or what went wrong, in one word
 * @param handshake what was agreed, or null when there was none
 * @param metrics figures by name
 * @param message a sentence for people, or null
 */
record Report(
    String operation,
    String target,
    String status,
    @Nullable Handshake handshake,
    Map<String, Object> metrics,
    @Nullable String message) {

  /**
   * What an opening handshake agreed.
   *
   * @param protocol the subprotocol, or null
   * @param extensions as they stand in the header
   */
  record Handshake(@Nullable String protocol, List<String> extensions) {
    private Map<String, Object> fields() {
      var fields = new LinkedHashMap<String, Object>();
      fields.put("protocol", protocol == null ? "" : protocol);
      fields.put("extensions", extensions);
      return fields;
    }
  }

  Report {
    metrics = new LinkedHashMap<>(metrics);
  }

  /** One line of JSON. Compliance is null where no conformance suite was run. */
  String json() {
    var fields = new LinkedHashMap<String, @Nullable Object>();
    fields.put("operation", operation);
    fields.put("target", target);
    fields.put("status", status);
    if (message != null) {
      fields.put("message", message);
    }
    fields.put("handshake", handshake == null ? null : handshake.fields());
    fields.put("metrics", metrics);
    fields.put("compliance", null);
    return Json.write(fields);
  }
}
