// Says whether a daemon answers: a connection to its port on this machine, or a question to the name server.
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import type { Machine } from '../../../../core/machine.ts';
import { DatabaseError } from '../../../../core/machine-databases.ts';

/**
 * A port or UNIX socket of this machine whose daemon greets like this, at once or when asked; or where a name server
 * answers. Texts are Latin-1.
 */
export type Probe =
  | { readonly port: number; readonly speaks: 'DNS' }
  | { readonly speaks: 'MySQL' }
  | (Place & { readonly asks?: string; readonly greets: RegExp });

type Place = { readonly port: number } | { readonly socket: string };

const LIMIT_MS = 10_000;
const HOST = '127.0.0.1';
/** No greeting is longer than its first kilobyte. */
const MAX_LENGTH = 1024;

/** @returns what is wrong, as a sentence; undefined if the daemon answers. */
export function probe(
  how: Probe,
  machine: Pick<Machine, 'databases'>,
  limitMs = LIMIT_MS,
): Promise<string | undefined> {
  if (!('speaks' in how)) return readGreeting(how, limitMs);
  if (how.speaks === 'MySQL') return logInToMysql(machine);
  return askNameServer(`${HOST}:${how.port}`, limitMs);
}

/** MariaDB would log each connection that does not log in. Any response will do, such as that it has too many clients. */
async function logInToMysql(machine: Pick<Machine, 'databases'>): Promise<string | undefined> {
  try {
    const server = await (await machine.databases()).mysql();
    await server?.use((connection) => connection.query('SELECT 1'));
    return undefined;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return error.reported.startsWith('ER_') ? undefined : error.message;
  }
}

/** One of the zones that every BIND has itself (RFC 6303), so no other nameserver has to be asked. */
const LOCAL_ZONE = '127.in-addr.arpa';

/** Any answer will do, such as REFUSED. */
async function askNameServer(server: string, limitMs: number): Promise<string | undefined> {
  const resolver = new Resolver({ timeout: limitMs, tries: 1 });
  resolver.setServers([server]);
  try {
    await resolver.resolveSoa(LOCAL_ZONE);
    return undefined;
  } catch (error) {
    const { code } = error as { code?: string };
    const isSilent = code === 'ETIMEOUT' || code === 'ECONNREFUSED';
    return isSilent ? `The name server does not answer at ${server} (${code}).` : undefined;
  }
}

/** @returns what is wrong, as a sentence; undefined if the daemon greets so. */
export function readGreeting(
  { asks, greets, ...place }: Extract<Probe, { greets: RegExp }>,
  limitMs: number,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const [name, where] =
      'port' in place
        ? ([`Port ${place.port}`, { port: place.port, host: HOST }] as const)
        : ([`The socket “${place.socket}”`, { path: place.socket }] as const);
    const socket = connect(where);
    const end = (problem?: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(problem);
    };
    const seconds = limitMs / 1000;
    const timer = setTimeout(() => end(`${name} does not answer within ${seconds} seconds.`), limitMs);
    socket.setEncoding('latin1');
    socket.on('connect', () => {
      if (asks !== undefined) socket.write(asks, 'latin1');
    });
    socket.on('data', (piece: string) => {
      text += piece;
      if (greets.test(text)) end();
      else if (text.length > MAX_LENGTH) end(`${name} answers, but not as this service does.`);
    });
    socket.on('error', (error) => end(`${name} does not answer: ${error.message}.`));
    socket.on('close', () => end(`${name} closes the connection without an answer.`));
  });
}
