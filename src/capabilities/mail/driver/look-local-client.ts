// Which user of this server is behind a connection from it: all programs of accounts have the same address there.
import type { MachineKernel } from '../../../core/machine-kernel.ts';

/** Established, or the client has said that it sends no more (include/net/tcp_states.h). */
const OPEN = [1, 4, 5];

export interface LocalConnection {
  readonly address: string;
  /** The client’s. */
  readonly port: number;
  readonly serverPort: number;
}

/** @returns undefined if there is no such connection any more. */
export async function uidOfClient(
  kernel: Pick<MachineKernel, 'sockets'>,
  { address, port, serverPort }: LocalConnection,
): Promise<number | undefined> {
  for (const table of ['tcp', 'tcp6'] as const) {
    const client = (await kernel.sockets(table)).find(
      (one) =>
        one.localPort === port &&
        one.remotePort === serverPort &&
        OPEN.includes(one.state) &&
        plain(one.localAddress) === plain(address),
    );
    if (client !== undefined) return client.uid;
  }
  return undefined;
}

/** A socket for both IP versions has IPv4 addresses as `::ffff:127.0.0.1`. */
const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, '');
