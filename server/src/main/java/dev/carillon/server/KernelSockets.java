package dev.carillon.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel says of the memory that it holds for sockets. Linux only. */
final class KernelSockets {
  private static final Path COUNTS = Path.of("/proc/net/sockstat");
  private static final Path MAPPINGS = Path.of("/proc/self/smaps");
  private static final long PAGE_BYTES = pageBytes();

  private KernelSockets() {}

  /** Memory of all TCP sockets of this machine in bytes; 0 where the kernel does not say. */
  static long bytes() {
    try {
      for (String line : Files.readAllLines(COUNTS)) {
        if (line.startsWith("TCP:")) {
          String[] words = line.split(" ", -1);
          for (int i = 1; i + 1 < words.length; i += 2) {
            if (words[i].equals("mem")) {
              return Long.parseLong(words[i + 1].strip()) * PAGE_BYTES;
            }
          }
        }
      }
    } catch (IOException | NumberFormatException unknown) {
      return 0;
    }
    return 0;
  }

  private static long pageBytes() {
    try (var lines = Files.lines(MAPPINGS)) {
      return lines
          .filter(line -> line.startsWith("KernelPageSize:"))
          .findFirst()
          .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
          .orElse(4096L);
    } catch (IOException | NumberFormatException unknown) {
      return 4096;
    }
  }
}
