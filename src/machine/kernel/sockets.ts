// The kernel's tables of sockets (proc(5), “/proc/net/tcp”).
import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import ipaddr from 'ipaddr.js';
import type { KernelSocket } from '../../core/machine-kernel.ts';

const HEX = 16;

export async function readSockets(path: string): Promise<KernelSocket[]> {
  try {
    return parseSockets(await readFile(path, 'latin1'));
  } catch (error) {
    // A kernel without IPv6 has no such file.
    if ((error as { code?: string }).code === 'ENOENT') return [];
    throw error;
  }
}

/** The first line contains the column names. */
export function parseSockets(text: string): KernelSocket[] {
  const [, ...rows] = text.split('\n');
  return rows.filter((row) => row !== '').map(parseRow);
}

function parseRow(row: string): KernelSocket {
  const [, local = '', remote = '', state = '', queues = '', , , uid = '', , inode = ''] = row
    .trim()
    .split(/\s+/);
  const [localAddress, localPort] = parseEnd(local);
  const [remoteAddress, remotePort] = parseEnd(remote);
  const [sendQueue = '', receiveQueue = ''] = queues.split(':');
  return {
    localAddress,
    localPort,
    remoteAddress,
    remotePort,
    state: Number.parseInt(state, HEX),
    receiveQueue: Number.parseInt(receiveQueue, HEX),
    sendQueue: Number.parseInt(sendQueue, HEX),
    uid: Number(uid),
    inode: Number(inode),
  };
}

/** `0100007F:0050`: 32-bit words in the byte order of the processor, and the port. */
function parseEnd(text: string): [address: string, port: number] {
  const [words = '', port = ''] = text.split(':');
  const bytes = Buffer.from(words, 'hex');
  if (endianness() === 'LE') bytes.swap32();
  return [formatAddress(bytes), Number.parseInt(port, HEX)];
}

function formatAddress(bytes: Buffer): string {
  const address = ipaddr.fromByteArray([...bytes]);
  if (!(address instanceof ipaddr.IPv6)) return address.toString();
  return address.isIPv4MappedAddress()
    ? `::ffff:${address.toIPv4Address().toString()}`
    : address.toRFC5952String();
}

/** A listening socket has the flag `__SO_ACCEPTCON`. */
const ACCEPTS = 0x10000;

/** Returns the paths of the Unix sockets on which processes listen (proc(5), “/proc/net/unix”). */
export async function readListeningPaths(path = '/proc/net/unix'): Promise<ReadonlySet<string>> {
  const [, ...rows] = (await readFile(path, 'utf8')).split('\n');
  const paths = rows.flatMap((row) => {
    const [, flags, name] = /^\S+ \S+ \S+ ([0-9A-F]+) \S+ \S+ +\d+ (\/.*)$/.exec(row) ?? [];
    const isListening = (Number.parseInt(flags ?? '0', HEX) & ACCEPTS) !== 0;
    return isListening && name !== undefined ? [name] : [];
  });
  return new Set(paths);
}
