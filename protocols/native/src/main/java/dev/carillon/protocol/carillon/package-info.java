/**
 * Carillon's own protocol, as {@code docs/reference/protocol.md} describes it. Safe for use by many
 * threads where nothing else is said.
 */
package dev.carillon.protocol.carillon;
