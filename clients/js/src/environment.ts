/** Tells what the page learns of the network and of itself; nothing outside of browsers. */
export function watchEnvironment(tell: (type: "online" | "offline" | "wake") => void): () => void {
  const { window, document } = globalThis as Partial<typeof globalThis>;
  const end = new AbortController();
  const watch = (target: EventTarget | undefined, name: string, listener: () => void): void => target?.addEventListener?.(name, listener, end);
  const wake = (): void => {
    if (!document?.hidden) tell("wake");
  };
  watch(window, "online", () => tell("online"));
  watch(window, "offline", () => tell("offline"));
  watch(window, "pageshow", wake);
  watch(document, "visibilitychange", wake);
  watch(document, "resume", wake);
  return () => end.abort();
}
