/**
 * Event loops, listeners and clients on Netty. Begin with {@link
 * dev.carillon.transport.EventLoops}.
 */
package dev.carillon.transport;
