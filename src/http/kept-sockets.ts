// The listening sockets that systemd keeps while this server is restarted (FileDescriptorStoreMax= in its unit): clients
// that connect meanwhile wait, and are not refused. A server that systemd has not started binds its ports itself.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import type { Server } from 'node:net';

type Environment = Record<string, string | undefined>;

/** SD_LISTEN_FDS_START of sd_listen_fds(3). */
const FIRST = 3;
const TIMEOUT_MS = 5_000;

/** What a socket is for, and its address. */
export interface Place {
  /** `whostmgrd`, or `whostmgrd-http`. */
  readonly door: string;
  readonly bind: string;
  readonly port: number;
}

/** As FDNAME= accepts it: an address of IPv6 has colons, which separate names. */
const nameOf = ({ door, bind, port }: Place) => `${door}-${bind.replaceAll(':', '_')}-${port}`;

export class KeptSockets {
  readonly #isKeeping: boolean;
  readonly #found = new Map<string, number>();

  /** Takes the variables away, so that no program that this server starts believes that they are for it. */
  constructor(environment: Environment, pid = process.pid) {
    this.#isKeeping = environment.NOTIFY_SOCKET !== undefined && environment.FDSTORE !== undefined;
    const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES = '' } = environment;
    if (Number(LISTEN_PID) === pid) {
      const names = LISTEN_FDNAMES.split(':');
      for (let at = 0; at < Number(LISTEN_FDS); at += 1) this.#found.set(names[at] ?? '', FIRST + at);
    }
    for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES', 'FDSTORE'])
      Reflect.deleteProperty(environment, name);
  }

  /** Closes the sockets of addresses that are no longer wanted. Otherwise, another one could not have their port. */
  async dropOthers(wanted: readonly Place[]): Promise<void> {
    const names = new Set(wanted.map(nameOf));
    for (const [name, descriptor] of this.#found) {
      if (names.has(name)) continue;
      this.#found.delete(name);
      closeSync(descriptor);
      await notify(['FDSTOREREMOVE=1', `FDNAME=${name}`]);
    }
  }

  /** The descriptor of a socket that listens there already. */
  take(place: Place): number | undefined {
    return this.#found.get(nameOf(place));
  }

  /** Has systemd keep the socket of a server that listens. */
  async keep(place: Place, server: Server): Promise<void> {
    const descriptor = (server as unknown as { _handle?: { fd?: number } })._handle?.fd;
    // A free port is another one each time.
    if (!this.#isKeeping || place.port === 0 || this.#found.has(nameOf(place)) || descriptor === undefined)
      return;
    await notify(['FDSTORE=1', `FDNAME=${nameOf(place)}`], descriptor);
  }
}

/** Returns once systemd has read it. Without it, clients are refused during a restart, as by any other server. */
async function notify(state: readonly string[], descriptor?: number): Promise<void> {
  const inherited = descriptor === undefined ? [] : [descriptor];
  const words = [`--pid=${process.pid}`, ...inherited.map(() => `--fd=${FIRST}`), ...state];
  const tool = spawn('systemd-notify', words, {
    stdio: ['ignore', 'ignore', 'ignore', ...inherited],
    timeout: TIMEOUT_MS,
  });
  await once(tool, 'close').catch(() => undefined);
}
