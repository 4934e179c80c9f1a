// Which user of this server is behind a connection of the loopback: all programs of accounts have the same address there.
import ipaddr from 'ipaddr.js';
import type { MachineKernel } from '../../../core/machine-kernel.ts';

/** Established, or the client has said that it sends no more (include/net/tcp_states.h). */
const OPEN = [1, 4, 5];

/** @param port of the client. @returns undefined if there is no such connection any more. */
export async function uidOfClient(
  kernel: Pick<MachineKernel, 'sockets'>,
  port: number,
): Promise<number | undefined> {
  for (const table of ['tcp', 'tcp6'] as const) {
    const client = (await kernel.sockets(table)).find(
      (one) =>
        one.localPort === port &&
        OPEN.includes(one.state) &&
        isLoopback(one.localAddress) &&
        isLoopback(one.remoteAddress),
    );
    if (client !== undefined) return client.uid;
  }
  return undefined;
}

export function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
}
