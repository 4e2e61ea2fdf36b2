package dev.carillon.server.settings;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Describes one setting where it is declared, for the reference page and for error messages. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
  /** What it does, in one or two sentences. */
  String value();

  /** Which values are taken, where the type does not say so. */
  String allowed() default "";
}
