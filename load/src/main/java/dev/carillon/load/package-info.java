/**
 * Loads a WebSocket server and verifies what comes back. Begin with {@link
 * dev.carillon.load.Load#run}.
 */
package dev.carillon.load;
