/** The grammar of the header lines that the opening handshake uses. Not exported. */
package dev.carillon.websocket.header;
