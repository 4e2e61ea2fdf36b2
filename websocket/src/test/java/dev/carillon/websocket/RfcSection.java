package dev.carillon.websocket;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says which section of RFC 6455 (or of the document named) a test class reads out. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface RfcSection {
  String value();
}
