// What a client of a socket sends, before it is known how the connection goes on.
import type { Socket } from 'node:net';

/** Room for a usual request. */
const FIRST_BYTES = 4096;

/**
 * Waits for the first piece. Unless `take` goes on with the socket itself, it is paused, and the piece can be read again.
 * `ended`: the client ended its side or went away before.
 */
export function begin(socket: Socket, take: (piece: Buffer) => boolean): Promise<'taken' | 'left' | 'ended'> {
  return new Promise((resolve) => {
    const end = () => resolve('ended');
    socket.once('end', end).once('close', end);
    socket.once('data', (piece: Buffer) => {
      socket.off('end', end).off('close', end);
      if (take(piece)) return resolve('taken');
      socket.pause().unshift(piece);
      resolve('left');
    });
  });
}

/**
 * Reads until the client ends its side. Undefined if it sends more than `most` bytes or goes away. The pieces are copied
 * into one memory: kept as they are, pieces of one byte would take a hundred times as much.
 */
export function received(socket: Socket, most: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
    let length = 0;
    socket.on('data', (piece: Buffer) => {
      const end = length + piece.length;
      if (end > most) {
        socket.destroy();
        return;
      }
      if (end > bytes.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(2 * bytes.length, end));
        bytes.copy(larger, 0, 0, length);
        bytes = larger;
      }
      piece.copy(bytes, length);
      length = end;
    });
    socket.on('end', () => {
      resolve(bytes.toString('utf8', 0, length));
    });
    socket.on('close', () => {
      resolve(undefined);
    });
    socket.resume();
  });
}
