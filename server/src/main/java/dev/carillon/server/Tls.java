package dev.carillon.server;

import dev.carillon.server.settings.Setting;
import java.nio.file.Path;

/**
 * The server's own certificate, for wss:// and https://.
 *
 * @param certificate the certificate chain in PEM, the server's own certificate first
 * @param key the private key in PEM (PKCS 8), without a password
 */
public record Tls(
    @Setting("The certificate chain in PEM, the server's own certificate first.") Path certificate,
    @Setting("The private key in PEM (PKCS 8), without a password.") Path key) {}
