// The server's side of the protocol (`frames.ts`) in one connection.
import type { Socket } from 'node:net';
import { frame, FrameReader } from './frames.ts';
import { Printing, type Print } from './printing.ts';
import { readRequest, type CommandRequest } from './request.ts';
import type { Decision, Run } from './served-call.ts';

export interface Host {
  /** The maximum length of a frame's content, in bytes. */
  readonly mostBytes: number;
  readonly consider: (request: CommandRequest) => Promise<Decision>;
  /** The command has told the server to run its call. */
  readonly begin: () => void;
}

/**
 * Serves the command at a socket, which is destroyed if it sends anything else than the protocol.
 * @param first what was read from it already.
 */
export function converse(socket: Socket, host: Host, first?: Buffer): void {
  const reader = new FrameReader(host.mostBytes);
  const take = conversation(socket, host);
  const hear = (piece: Buffer) => {
    try {
      for (const { type, body } of reader.add(piece)) take(type, body);
    } catch {
      // Not the native command.
      socket.destroy();
    }
  };
  socket.on('data', hear);
  if (first !== undefined) hear(first);
}

/** What to do with each frame. The function that it returns throws for a frame that is out of place. */
function conversation(socket: Socket, { consider, begin }: Host): (type: string, body: Buffer) => void {
  let request: CommandRequest | undefined;
  let input: Buffer | undefined;
  let run: Run | undefined;
  let printing: Printing | undefined;
  let printed: Promise<Print> | undefined;
  const destroy = () => socket.destroy();
  return (type, body) => {
    if (type === 'I' && request === undefined && input === undefined) {
      input = body;
    } else if (type === 'R' && request === undefined) {
      request = readRequest(body, input);
      if (request === undefined) throw new RangeError('The request cannot be read.');
      void consider(request).then((served) => {
        if (typeof served === 'function') {
          run = served;
          // They can be long, and only reading the line needed them.
          request &&= { ...request, argv: [], input: undefined };
          input = undefined;
          socket.write(frame('A'));
        } else {
          socket.end(frame(served === 'needs input' ? 'S' : 'D'));
        }
      }, destroy);
    } else if (type === 'G' && request !== undefined && run !== undefined) {
      const first = new Printing(socket, request);
      printing = first;
      begin();
      printed = run(() => socket.destroyed).then(async (print) => {
        await first.run(print);
        return print;
      });
      run = undefined;
      printed.catch(destroy);
    } else if (type === 'F' && request !== undefined && printing !== undefined && printed !== undefined) {
      printing.stop();
      printing = undefined;
      const again = new Printing(socket, request, body.readUInt8(0));
      void printed.then((print) => again.run(print)).catch(destroy);
    } else {
      throw new RangeError('The frame is out of place.');
    }
  };
}
