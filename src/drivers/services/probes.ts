// Whether a daemon answers: a connection to its port on this machine, or a question to the name server.
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';

/** A port of this machine whose daemon greets like this, at once or when asked; or where a name server answers. */
export type Probe =
  | { readonly port: number; readonly speaks: 'DNS' }
  | { readonly port: number; readonly asks?: string; readonly greets: RegExp };

const LIMIT_MS = 10_000;
const HOST = '127.0.0.1';
/** No greeting is longer than its first kilobyte. */
const MAX_LENGTH = 1024;

/** @returns what is wrong, as a sentence; undefined if the daemon answers. */
export function probe(how: Probe, limitMs = LIMIT_MS): Promise<string | undefined> {
  return 'speaks' in how ? askNameServer(`${HOST}:${how.port}`, limitMs) : readGreeting(how, limitMs);
}

/** Of every BIND's own zones (RFC 6303): no other name server has to be asked. */
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

function readGreeting(
  { port, asks, greets }: Extract<Probe, { greets: RegExp }>,
  limitMs: number,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ port, host: HOST });
    const end = (problem?: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(problem);
    };
    const seconds = limitMs / 1000;
    const timer = setTimeout(() => end(`Port ${port} does not answer within ${seconds} seconds.`), limitMs);
    socket.setEncoding('latin1');
    socket.on('connect', () => {
      if (asks !== undefined) socket.write(asks);
    });
    socket.on('data', (piece: string) => {
      text += piece;
      if (greets.test(text)) end();
      else if (text.length > MAX_LENGTH) end(`Port ${port} answers, but not as this service does.`);
    });
    socket.on('error', (error) => end(`Port ${port} does not answer: ${error.message}.`));
    socket.on('close', () => end(`Port ${port} closes the connection without an answer.`));
  });
}
