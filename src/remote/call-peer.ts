// Calls on peers: other servers whose tokens this server has stored (`core/peer.ts`).
import type { CallPeer, Peer } from '../core/peer.ts';
import { ApiError } from '../core/errors.ts';
import type { Trust } from './connection.ts';
import { readHost, type RemoteHost } from './hosts.ts';
import { RemoteServer } from './server.ts';
import { SetupError } from './setup-error.ts';
import { TokenLogin } from './tokens.ts';
import type { RemoteEnvironment } from './environment.ts';

const TIMEOUT_MS = 30_000;

export function peerCaller(context: RemoteEnvironment): CallPeer {
  return async (peer, { command, args, isSafeToRepeat }) => {
    const server = new RemoteServer(hostOf(peer), {
      trust: trustOf(peer),
      loginSource: new TokenLogin(peer.user, peer.token),
      timeoutMs: TIMEOUT_MS,
      context,
    });
    try {
      return await server.call({ command, args, dryRun: false, isSafeToRepeat });
    } finally {
      await server.close();
    }
  };
}

function hostOf({ host }: Peer): RemoteHost {
  try {
    return readHost(host);
  } catch (error) {
    throw error instanceof SetupError ? new ApiError('bad_param', error.message) : error;
  }
}

function trustOf({ pin }: Peer): Trust {
  const howToTrust =
    'pass the SHA-256 fingerprint of its certificate in “pin”, if the server is the right one';
  const pins = {
    judge: ({ label }: RemoteHost, fingerprint: string) =>
      fingerprint === pin
        ? undefined
        : `The certificate of ${label} is ${fingerprint}, not ${pin}. Nothing was sent to it. If the server has a ` +
          'new certificate, pass its fingerprint in “pin”.',
  };
  return { ca: undefined, pins: pin === undefined ? undefined : pins, howToTrust };
}
