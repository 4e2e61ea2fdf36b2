/** Tells what the page learns of the network and of itself; nothing outside of browsers. */
export function watchEnvironment(tell: (type: "online" | "offline" | "wake") => void): () => void {
  const { window, document } = globalThis as Partial<typeof globalThis>;
  if (typeof window?.addEventListener !== "function") return () => undefined;
  const online = (): void => tell("online");
  const offline = (): void => tell("offline");
  const wake = (): void => {
    if (!document?.hidden) tell("wake");
  };
  const events: [EventTarget | undefined, string, () => void][] = [
    [window, "online", online],
    [window, "offline", offline],
    [window, "pageshow", wake],
    [document, "visibilitychange", wake],
    [document, "resume", wake],
  ];
  for (const [target, name, listener] of events) target?.addEventListener(name, listener);
  return () => {
    for (const [target, name, listener] of events) target?.removeEventListener(name, listener);
  };
}
