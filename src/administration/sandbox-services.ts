// Runs named for the zones of a sandbox, as a process of this user on free ports of 127.0.0.1, and its database servers.
import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createApplication, type Application } from '../app/app.ts';
import { badParam, ApiError } from '../core/errors.ts';
import { assertRole } from '../core/access.ts';
import type { OwnProcess } from '../core/machine-daemons.ts';
import { configureNameServer } from '../capabilities/dns/driver/role.ts';
import { configurePrivateServer } from '../capabilities/dns/driver/zones/bind/private-server.ts';
import { processesOf } from '../machine/processes.ts';
import { announceOwnProcess, readOwnProcess, retireOwnProcess } from '../machine/services/own-process.ts';
import { serverSettings } from '../capabilities/dns/rules/server-settings.ts';
import { startSandboxDatabases } from './sandbox-databases.ts';

const DNS = 'DNS';
const UNIT = 'named.service';
const ADDRESS = '127.0.0.1';
/** Another process may take a port before named binds it. */
const MAX_STARTS = 5;
const START_PAUSE_MS = 50;
const MAX_START_PAUSES = 400;
const SEARCH_PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

interface Named extends OwnProcess {
  readonly ended: Promise<string>;
  readonly stop: () => Promise<void>;
}

export interface SandboxServices {
  /** What runs and how to use it, as lines. */
  readonly lines: readonly string[];
  /** Resolves with its name and the last lines of its log if one of the servers exits by itself. */
  readonly ended: Promise<{ readonly name: string; readonly log: string }>;
  /** Stops all of them. */
  readonly stop: () => Promise<void>;
}

/**
 * Serves the zones and databases of the sandbox. Other processes with the same state directory find the server and wait until it
 * serves their changes. @throws ApiError `bad_param` outside a sandbox or if one already runs; `host_failed` if one
 * does not start.
 */
export async function startSandboxServices(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<SandboxServices> {
  const application = createApplication(environment);
  try {
    const { stateDirectory, isSandbox } = application.installation;
    if (!isSandbox) throw badParam('This installation is not a sandbox: systemd runs its services.');
    const folder = join(stateDirectory, 'sandbox-services');
    await assertRole(application.engine, { name: '--sandbox-services', role: DNS });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const running = readOwnProcess(folder, UNIT);
    if (running !== undefined) {
      const [pid = ''] = running.process.split(' ');
      throw badParam(
        `The zones of this sandbox are already served on port ${running.port} of ${running.address} by the process ` +
          `${pid}.`,
      );
    }
    const named = await startNamed(application, folder);
    try {
      const databases = await startSandboxDatabases(folder);
      const stop = async () => {
        await Promise.all([named, ...databases].map((one) => one.stop()));
      };
      try {
        await configure(application);
      } catch (error) {
        await stop();
        throw error;
      }
      const { address, port } = named;
      const endings = [
        named.ended.then((log) => ({ name: 'named', log })),
        ...databases.flatMap(({ ended }) => ended ?? []),
      ];
      const lines = [
        `DNS on port ${port} of ${address}: dig @${address} -p ${port} bob.example`,
        ...databases.map(({ line }) => line),
      ];
      return { lines, ended: Promise.race(endings), stop };
    } catch (error) {
      await named.stop();
      throw error;
    }
  } finally {
    application.close();
  }
}

/** Loads the zones into named, and stores its address for the other servers of the store. */
async function configure({ engine }: Application): Promise<void> {
  const { machine, now, sealer, randomBytes, store } = engine;
  const nameServer = serverSettings({
    ...{ sealer, randomBytes, now },
    transaction: (effect, work) =>
      store.transaction(effect, async (db) => ({ value: await work(db), keep: effect === 'changes' })),
  });
  const quiet = () => undefined;
  await configureNameServer({ machine, now, log: quiet, changed: quiet, isRetry: false, nameServer });
}

async function startNamed({ engine }: Application, folder: string): Promise<Named> {
  const log = join(folder, 'named.log');
  for (let starts = 1; ; starts++) {
    const ports = { dns: await freePort(), control: await freePort() };
    const configuration = await configurePrivateServer(engine.machine, ports);
    const child = await spawnNamed(configuration, ports.dns, log, folder);
    const ended = once(child, 'exit').then(() => lastLines(log));
    const stop = async () => {
      retireOwnProcess(folder, UNIT);
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    };
    if (await isListening(child, ports.control)) {
      const place = { address: ADDRESS, port: ports.dns };
      announceOwnProcess(folder, UNIT, { ...place, process: nameOf(child) });
      return { ...place, ended, stop };
    }
    await stop();
    if (starts === MAX_STARTS || !(await ended).includes('address in use')) {
      throw new ApiError('host_failed', `named did not start. Its log ends with: ${await ended}${advice()}`);
    }
  }
}

async function spawnNamed(
  configuration: string,
  port: number,
  log: string,
  folder: string,
): Promise<ChildProcess> {
  closeSync(openSync(log, 'w', 0o600));
  const words = ['-f', '-n', '1', '-p', String(port), '-c', configuration, '-L', log];
  const child = spawn('named', words, {
    ...{ stdio: 'ignore', cwd: folder },
    env: { PATH: SEARCH_PATH, LC_ALL: 'C' },
  });
  try {
    await once(child, 'spawn');
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error;
    throw new ApiError('host_failed', 'named is not installed. It is in the Debian package bind9.');
  }
  return child;
}

/** Waits until named has loaded its configuration. Returns false if it exits, or does not listen after 20 seconds. */
async function isListening(child: ChildProcess, port: number): Promise<boolean> {
  for (let pauses = 0; pauses < MAX_START_PAUSES && child.exitCode === null; pauses++) {
    if (await accepts(port)) return true;
    await pause(START_PAUSE_MS);
  }
  return false;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, ADDRESS);
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Returns the process in the form of `processesOf`. */
function nameOf({ pid = 0 }: ChildProcess): string {
  return processesOf({ pid, kill: process.kill.bind(process) }).own();
}

function lastLines(log: string): string {
  try {
    return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-3).join(' / ');
  } catch {
    return '';
  }
}

/** Advice about Debian's AppArmor profile, which allows named to read only the system's configuration. */
function advice(): string {
  try {
    const profiles = readFileSync('/sys/kernel/security/apparmor/profiles', 'utf8');
    if (!profiles.includes('named')) return '';
  } catch {
    return '';
  }
  return (
    ' AppArmor confines named to the system’s files. Allow it to read those of the sandbox in ' +
    '/etc/apparmor.d/local/usr.sbin.named.'
  );
}

/** Finds a port that is free for TCP and UDP. */
async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, ADDRESS);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const socket = createSocket('udp4');
    const isFree = await new Promise<boolean>((done) => {
      socket.once('error', () => done(false));
      socket.bind(port, ADDRESS, () => done(true));
    });
    await new Promise<void>((done) => {
      socket.close(() => done());
    });
    await new Promise((done) => server.close(done));
    if (isFree) return port;
  }
}
