/** Listeners by kind of event. One that throws does not keep the others from hearing. */
export class Listeners<E extends { readonly kind: string }> {
  readonly #byKind = new Map<string, Set<(event: E) => void>>();

  add(kind: string, listener: (event: E) => void): () => void {
    let listeners = this.#byKind.get(kind);
    if (!listeners) this.#byKind.set(kind, (listeners = new Set()));
    const own = (event: E): void => listener(event); // the same function may be added twice
    listeners.add(own);
    return () => listeners.delete(own);
  }

  tell(event: E): void {
    for (const listener of [...(this.#byKind.get(event.kind) ?? [])]) {
      try {
        listener(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
