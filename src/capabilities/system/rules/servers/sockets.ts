// The kernel's sockets, as four functions return them.
import type { Field } from '../../../../core/define.ts';
import type { KernelSocket, MachineKernel, SocketTable } from '../../../../core/machine-kernel.ts';

export const socketList = {
  list: {
    fields: {
      src: { type: 'string', doc: 'The local address. “0.0.0.0” or “::”: every address of this server.' },
      sport: { type: 'integer', doc: 'The local port.' },
      dst: { type: 'string', doc: 'The address of the peer.' },
      dport: { type: 'integer', doc: 'The port of the peer. 0: there is none.' },
      state: {
        type: 'integer',
        doc: 'The state, by the kernel’s number: 1 established, 2 and 3 connecting, 6 waiting after the end, 7 no connection, 10 listening.',
      },
      uid: { type: 'integer', doc: 'The ID of the user who opened it.' },
      inode: { type: 'integer', doc: 'Its inode number. 0: no process has it open.' },
      rqueue: {
        type: 'integer',
        doc: 'Bytes received and not read yet. Listening: connections not accepted yet.',
      },
      wqueue: { type: 'integer', doc: 'Bytes not sent or not acknowledged yet.' },
    },
  },
  doc: 'One row for each socket.',
} as const satisfies Field;

export async function listSockets(kernel: MachineKernel, table: SocketTable): Promise<SocketRow[]> {
  return (await kernel.sockets(table)).map(show);
}

type SocketRow = ReturnType<typeof show>;

const show = (socket: KernelSocket) => ({
  src: socket.localAddress,
  sport: socket.localPort,
  dst: socket.remoteAddress,
  dport: socket.remotePort,
  state: socket.state,
  uid: socket.uid,
  inode: socket.inode,
  rqueue: socket.receiveQueue,
  wqueue: socket.sendQueue,
});
