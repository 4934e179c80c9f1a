// The client has disconnected before its request was answered.
import type { Socket } from 'node:net';

/** Nobody reads the answer, and no log needs it. */
export class ClientGone extends Error {
  constructor() {
    super('The client has disconnected.');
  }
}

/** Gives the work a signal that is aborted with `ClientGone` when the client disconnects. */
export async function whileConnected<T>(
  socket: Socket,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (socket.destroyed) throw new ClientGone();
  const controller = new AbortController();
  const abort = () => controller.abort(new ClientGone());
  socket.once('close', abort);
  try {
    return await work(controller.signal);
  } finally {
    socket.off('close', abort);
  }
}
