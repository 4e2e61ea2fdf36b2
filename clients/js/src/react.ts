import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { CarillonError, Client, JoinOptions, Member, Message, Room, RoomEvent } from "./index.js";

export interface UseRoomOptions<T, P> extends JoinOptions {
  /** How many of the latest messages `messages` holds; default 100. */
  keep?: number | undefined;
  /** Called with everything that the room tells, also with gaps and resets. */
  onEvent?: ((event: RoomEvent<T, P>) => void) | undefined;
}

export interface RoomView<T, P> {
  /** The room, once it is joined. */
  readonly room: Room<T, P> | undefined;
  readonly status: "joining" | "joined" | "left";
  /** Why it is not joined, or what was wrong last. */
  readonly error: CarillonError | undefined;
  /** The latest messages, oldest first. */
  readonly messages: readonly Message<T>[];
}

interface Shared {
  users: number;
  readonly room: Promise<Room<unknown, unknown>>;
}

/** Components that use the same room of the same client share one membership. */
const shared = new WeakMap<Client, Map<string, Shared>>();

function acquire(client: Client, name: string, options: JoinOptions): Shared {
  let rooms = shared.get(client);
  if (!rooms) shared.set(client, (rooms = new Map()));
  const known = rooms.get(name);
  if (known) {
    known.users++;
    return known;
  }
  const fresh: Shared = { users: 1, room: client.join(name, options) };
  rooms.set(name, fresh);
  fresh.room.catch(() => forget(client, name, fresh));
  return fresh;
}

function forget(client: Client, name: string, entry: Shared): void {
  const rooms = shared.get(client);
  if (rooms?.get(name) === entry) rooms.delete(name);
}

function release(client: Client, name: string, entry: Shared): void {
  entry.users--;
  // A moment later, as React takes effects back and sets them again while developing and when moving components.
  setTimeout(() => {
    if (entry.users > 0 || shared.get(client)?.get(name) !== entry) return;
    forget(client, name, entry);
    entry.room.then((room) => room.leave()).catch(() => undefined);
  }, 0);
}

/**
 * Joins a room for as long as the component is there.
 *
 * @typeParam T what its messages carry
 * @typeParam P what its members say of themselves
 */
export function useRoom<T = unknown, P = unknown>(client: Client | undefined, name: string, options: UseRoomOptions<T, P> = {}): RoomView<T, P> {
  const empty: RoomView<T, P> = { room: undefined, status: "joining", error: undefined, messages: [] };
  const [view, setView] = useState(empty);
  const latest = useRef(options);
  latest.current = options;
  const { presence, filter, name: subscription } = options;

  useEffect(() => {
    setView(empty);
    if (!client) return undefined;
    const { keep: _keep, onEvent: _onEvent, ...joinOptions } = latest.current;
    const entry = acquire(client, name, joinOptions);
    let over = false;
    let stop = (): void => undefined;
    const failed = (error: CarillonError): void => {
      if (!over) setView((before) => ({ ...before, room: undefined, status: "left", error }));
    };
    entry.room.then((joined) => {
      if (over) return;
      const room = joined as Room<T, P>;
      setView((before) => ({ ...before, room, status: "joined" }));
      const events = room.events();
      stop = () => void events.return?.();
      void read(events);
    }, failed);

    const read = async (events: AsyncIterable<RoomEvent<T, P>>): Promise<void> => {
      try {
        for await (const event of events) {
          if (over) return;
          if (event.kind === "message") {
            const { keep = 100 } = latest.current;
            setView((before) => ({ ...before, messages: [...before.messages, event].slice(-keep) }));
          } else if (event.kind === "error") {
            setView((before) => ({ ...before, error: event.error }));
          }
          latest.current.onEvent?.(event);
        }
        setView((before) => (over ? before : { ...before, status: "left" }));
      } catch (error) {
        failed(error as CarillonError);
      }
      if (!over) forget(client, name, entry); // the next component joins anew
    };
    return () => {
      over = true;
      stop();
      release(client, name, entry);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the rest of the options counts at the moment of joining
  }, [client, name, presence, filter, subscription]);

  return view;
}

const nobody: readonly never[] = [];

/** What is needed of a `Room`, whatever its messages are. */
export interface WithPresence<P> {
  readonly presence: ReadonlyMap<string, Member<P>>;
  on(kind: "presence", listener: () => void): () => void;
}

/** Who is in a room that was joined with `presence: true`, kept up to date. */
export function usePresence<P = unknown>(room: WithPresence<P> | undefined): readonly Member<P>[] {
  const source = useMemo(() => {
    let members: readonly Member<P>[] = room ? [...room.presence.values()] : nobody;
    return {
      members: () => members,
      subscribe: (changed: () => void) => {
        const take = (): void => {
          members = room ? [...room.presence.values()] : nobody;
          changed();
        };
        take();
        return room ? room.on("presence", take) : () => undefined;
      },
    };
  }, [room]);
  return useSyncExternalStore(source.subscribe, source.members, source.members);
}
