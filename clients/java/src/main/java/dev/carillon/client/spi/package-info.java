/**
 * The client as a state machine without I/O, clock or threads: {@link
 * dev.carillon.client.spi.Machine} takes what happens and the time, and says what is to be done.
 * For whoever brings sockets and a clock of their own.
 */
package dev.carillon.client.spi;
