// Communicates with the running Apache.
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { MachineError, UNCHANGED } from '../../../../../core/machine-error.ts';
import type { DriverPort } from '../../../../../ground/driver/file-driver.ts';
import type { Exclusively } from '../../../../../ground/driver/reloads.ts';
import { path as quotedPath } from './apache-conf.ts';
import { ACCOUNTS, closed, CUSTOM, DIRECTORIES, GENERATION, NOBODY, OURS } from './places.ts';
import { CHECKED, type Ports } from './render-account.ts';
import { renderGeneration } from './render-server.ts';

/** A running Apache. Tests start one of their own. */
export interface ApacheServer {
  readonly ports: Ports;
  /** False if nothing is served, as in a sandbox. */
  isServed(port: DriverPort): Promise<boolean>;
  /** The state according to systemd: `active`. */
  state(port: DriverPort): Promise<string>;
  /** Checks the whole configuration. @returns Apache's message; undefined if it accepts the configuration. */
  test(port: DriverPort): Promise<string | undefined>;
  /** True if Apache accepts these files, whatever the rest of its configuration is. @param paths as `locate` returns them. */
  accepts(port: DriverPort, paths: readonly string[]): Promise<boolean>;
  /**
   * Checks the whole configuration, and asks for a graceful restart, without waiting for it.
   * @returns false if Apache goes on with its former configuration.
   */
  requestReload(port: DriverPort): Promise<boolean>;
  /** Asks for a graceful restart, without waiting for it. */
  reload(port: DriverPort): Promise<void>;
  /** Ends and starts it, for what a reload does not change. */
  restart(port: DriverPort): Promise<void>;
}

const UNIT = 'apache2';
const TEST_MS = 180_000;

/**
 * While Apache reads its configuration, no file may be removed: it lists the files, and ends if one of them is gone when
 * it opens it.
 */
export function exclusively({ files }: Pick<DriverPort, 'files'>): Exclusively {
  return (work) => files.whileLocked(OURS, work);
}

export const systemServer: ApacheServer = {
  ports: { http: 80, https: 443 },
  isServed: ({ services }) => Promise.resolve(services.isSupported),
  state: async ({ services }) => (await services.state(UNIT)).state,
  async test({ tools }) {
    const options = { accept: [0, 1], limitMs: TEST_MS };
    const { status, stdout, stderr } = await tools.run('apache2ctl', ['configtest'], options);
    return status === 0 ? undefined : `${stdout}${stderr}`;
  },
  async accepts({ tools }, paths) {
    const words = ['-t', '-d', '/etc/apache2', '-f', '/dev/null', ...alone(['mods-enabled/*.load'], paths)];
    // Not through apache2ctl, a script: these files need none of the variables that it sets.
    return (await tools.run('apache2', words, { accept: [0, 1] })).status === 0;
  },
  async requestReload({ tools }) {
    const options = { accept: [0, 1, 3, 4, 5], limitMs: TEST_MS };
    return (await tools.run('systemctl', ['reload', UNIT], options)).status === 0;
  },
  // The configuration was checked. “systemctl reload” would check it once more, which takes as long as the reload.
  async reload({ tools }) {
    await tools.run('systemctl', ['kill', '--kill-whom=main', '--signal=SIGUSR1', UNIT]);
  },
  async restart({ services, tools }) {
    await tools.run('systemctl', ['daemon-reload']);
    await services.restart(UNIT);
  },
};

/** The options that make a configuration of modules and these files. */
export function alone(modules: readonly string[], paths: readonly string[]): string[] {
  const directives = [
    `ServerName ${NOBODY}`,
    'DefaultRuntimeDir "/run"',
    'ErrorLog "/dev/null"',
    ...modules.map((module) => `IncludeOptional "${module}"`),
    ...paths.map((path) => `Include ${quotedPath(path)}`),
  ];
  return ['-D', CHECKED, ...directives.flatMap((directive) => ['-C', directive])];
}

const APACHE_IS_DOWN = 'Apache is not running.';

export const APACHE_REJECTS = 'Apache rejects its configuration:';

/** Apache has applied nothing: it is not running, or its configuration is broken, perhaps by somebody else’s file. */
export function isDown(error: unknown): boolean {
  return (
    error instanceof Error && [APACHE_IS_DOWN, APACHE_REJECTS].some((text) => error.message.includes(text))
  );
}

/** How long Apache may take to start, or to read a configuration of thousands of virtual hosts. */
const READY_MS = 180_000;
const PAUSE_MS = 20;
const REPEAT_MS = 30_000;
const ANSWER_MS = 5000;

const ENDED =
  'Apache ended when it read its new configuration, which its own check had accepted. Its log has the reason: ' +
  '/var/log/apache2/error.log, or that of the domain. If it does not run, correct that and start it with ' +
  `“systemctl start ${UNIT}”.`;

/** Those that have ended at a reload of this process, and did not run since. The next reload starts them. */
const ended = new WeakSet<ApacheServer>();

/**
 * Has Apache read its configuration again. To be called `exclusively`. @returns once it works with the new one.
 * @param signal ends the wait, but not what Apache does.
 * @throws MachineError `failed` with the message of Apache, naming the file that it rejects.
 */
export async function reload(server: ApacheServer, port: DriverPort, signal?: AbortSignal): Promise<void> {
  if (ended.has(server) && (await hasEnded(server, port))) return restart(server, port);
  await waitUntilStarted(server, port, signal);
  await replace(server, port, () => server.reload(port), signal);
}

/** Like `reload`, but ends and starts Apache. It may be stopped, or may not have our configuration yet. */
export async function restart(server: ApacheServer, port: DriverPort): Promise<void> {
  await replace(server, port, () => server.restart(port));
}

async function replace(
  server: ApacheServer,
  port: DriverPort,
  run: () => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const rejected = await rejectionOf(server, port);
  if (rejected !== undefined) throw rejected;
  let before = await servedGeneration(server.ports.http);
  // Also for a repeated request: a reload that takes longer than the pause between requests would never be the last.
  const generation = await nextGeneration(port);
  await run();
  let repeatAt = Date.now() + REPEAT_MS;
  for (const until = Date.now() + READY_MS; Date.now() < until;) {
    signal?.throwIfAborted();
    const served = await servedGeneration(server.ports.http);
    // A higher one is of another process, whose reload read our files as well.
    if ((served ?? -1) >= generation) {
      ended.delete(server);
      return;
    }
    if (served === undefined && (await hasEnded(server, port))) {
      ended.add(server);
      throw new MachineError('failed', ENDED);
    }
    // Apache forgets a request that arrives while it reads its configuration for another request.
    const isForgotten = served !== undefined && before !== undefined && served > before;
    if ((isForgotten || Date.now() >= repeatAt) && (await server.state(port)) === 'active') {
      await server.reload(port);
      before = served ?? before;
      repeatAt = Date.now() + REPEAT_MS;
    }
    await pause(PAUSE_MS);
  }
  throw new MachineError(
    'failed',
    `Apache does not use “${OURS}” after it was reloaded. Look into its log: journalctl -u ${UNIT}`,
  );
}

async function hasEnded(server: ApacheServer, port: DriverPort): Promise<boolean> {
  return /^(?:failed|inactive)$/.test(await server.state(port));
}

/** Several changes, and the task that confirms them, can need a generation at the same time. */
let writing: Promise<unknown> = Promise.resolve();

/** Writes a higher generation than all before into the configuration. @returns it. */
export function nextGeneration(port: DriverPort): Promise<number> {
  const written = writing.then(() => writeGeneration(port));
  writing = written.catch(() => undefined);
  return written;
}

function writeGeneration(port: DriverPort): Promise<number> {
  return port.files.whileLocked(GENERATION, async () => {
    const generation = Math.max(Date.now(), (await writtenGeneration(port)) + 1);
    await port.files.write(GENERATION, renderGeneration(generation), closed);
    return generation;
  });
}

/** The generation of the latest configuration. 0 if there is none. */
export async function writtenGeneration({ files }: DriverPort): Promise<number> {
  const [, present = '0'] = /(\d+)\n$/.exec((await files.readText(GENERATION)) ?? '') ?? [];
  return Number(present);
}

/** @throws MachineError `failed` if Apache neither runs nor starts. */
export async function assertRuns(server: ApacheServer, port: DriverPort): Promise<string> {
  const state = await server.state(port);
  if (/^(?:active|activating)$/.test(state)) return state;
  throw new MachineError(
    'failed',
    `${APACHE_IS_DOWN} Start it with “systemctl start ${UNIT}” and retry the call.${UNCHANGED}`,
  );
}

/** A reload while Apache starts would end it: it has no process ID yet. */
async function waitUntilStarted(
  server: ApacheServer,
  port: DriverPort,
  signal: AbortSignal | undefined,
): Promise<void> {
  const until = Date.now() + READY_MS;
  for (;;) {
    signal?.throwIfAborted();
    const state = await assertRuns(server, port);
    // If somebody stops it later, it stays so.
    if (state === 'active') ended.delete(server);
    if (state === 'active' && (await servedGeneration(server.ports.http)) !== undefined) return;
    if (Date.now() >= until) break;
    await pause(PAUSE_MS);
  }
  throw new MachineError(
    'failed',
    `Apache does not answer on port ${server.ports.http}, or does not use “${OURS}”. ` +
      `Restart it with “systemctl restart ${UNIT}” and retry the call.${UNCHANGED}`,
  );
}

/** The generation of the configuration that answers a request now. Undefined if nothing answers. */
export function servedGeneration(port: number): Promise<number | undefined> {
  return new Promise((done) => {
    const headers = { host: NOBODY, connection: 'close' };
    const asked = request(
      { host: '127.0.0.1', port, path: '/', headers, agent: false, timeout: ANSWER_MS },
      (response) => {
        response.resume();
        const { 'whmapi1-configuration': generation } = response.headers;
        done(typeof generation === 'string' ? Number(generation) : undefined);
      },
    );
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => {
      done(undefined);
    });
    asked.end();
  });
}

/** Why Apache rejects its configuration. Undefined: it accepts it. */
export async function rejectionOf(server: ApacheServer, port: DriverPort): Promise<MachineError | undefined> {
  const message = await server.test(port);
  return message === undefined ? undefined : rejection(message);
}

/** Names the file that Apache rejects, and who wrote it. */
function rejection(message: string): MachineError {
  const text = message
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^AH00558|Action '.*' failed|The Apache error log/.test(line))
    .join(' ');
  const [, path] = /(?:of|file) (\/\S+?):?(?:\s|$)/.exec(text) ?? [];
  const [folder = ''] = DIRECTORIES;
  const isOurs = path !== undefined && (path.includes(`${ACCOUNTS}/`) || path.endsWith(OURS));
  const whose = path === undefined || isOurs || !path.includes(folder) ? '' : whoseFile(path);
  return new MachineError('failed', `${APACHE_REJECTS} ${text}${whose}`);
}

function whoseFile(path: string): string {
  const [, rest] = path.split(`${CUSTOM}/`);
  const of = rest === undefined ? '' : `, for the account “${rest.split('/')[0]}”`;
  return ` This program did not write “${path}”${of}. Correct that file and retry the call.`;
}
