import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** Connections that a server of this process has open on one port. */
export interface OpenSockets {
  /** Resolves when there are no more than `count`. */
  downTo(count: number): Promise<void>;
  /** Resolves when there are at least `count`. */
  upTo(count: number): Promise<void>;
  stop(): void;
}

/** Node tells of every connection that a server accepts: https://nodejs.org/docs/latest-v20.x/api/diagnostics_channel.html#net */
const CHANNEL = 'net.server.socket';

export function watchSockets(port: number): OpenSockets {
  const open = new Set<Socket>();
  const waiting = new Set<() => void>();
  const changed = (): void => {
    for (const check of waiting) check();
  };
  const accepted = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    if (socket.localPort !== port) return;
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      changed();
    });
    changed();
  };
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = (): void => {
        if (!holds()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  subscribe(CHANNEL, accepted);
  return {
    downTo: (count) => until(() => open.size <= count),
    upTo: (count) => until(() => open.size >= count),
    stop: () => unsubscribe(CHANNEL, accepted),
  };
}
