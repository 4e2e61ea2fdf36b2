/** What the engine does with bytes that knows nothing of frames. Not exported. */
package dev.carillon.websocket.bytes;
