package dev.carillon.transport;

import java.nio.file.Path;

/**
 * What a listener proves itself with.
 *
 * @param certificates PEM, its own first, then those of its issuers
 * @param key PEM, PKCS #8, not encrypted
 */
public record ServerTls(Path certificates, Path key) {}
