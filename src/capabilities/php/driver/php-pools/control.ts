// Communicates with the running PHP-FPM of one release.
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { isOnlyUnread, MachineError, UNCHANGED } from '../../../../core/machine-error.ts';
import type { DriverPort } from '../../../../ground/driver/file-driver.ts';
import type { Exclusively } from '../../../../ground/driver/reloads.ts';
import { isAccepted } from './accepted.ts';
import { baseSocket, mainFile, poolFolder, processFile } from './places.ts';

/** The time for a reload to take effect. */
const PROBE_MS = 20_000;
/** How soon PHP-FPM begins a reload, in addition to `process_control_timeout`. One that does not hangs. */
const RESPONSE_MS = 4_000;
const MOST_PAUSE_MS = 16;

const unitOf = (release: string) => `php${release}-fpm`;
export const programOf = (release: string) => `php-fpm${release}`;

/**
 * While PHP-FPM reads its configuration, no file may be removed: it lists the files, and ends if one of them is gone when
 * it opens it. All sites lose PHP then, until systemd starts it again.
 */
export function exclusively(release: string, { files }: Pick<DriverPort, 'files'>): Exclusively {
  return (work) => files.whileLocked(mainFile(release), work);
}

/** Each further test is for a file that was removed during the one before. */
const MAX_TESTS = 50;

/** @throws MachineError `failed` with PHP-FPM’s own words if it would not start with its present files. */
export async function assertWholeConfiguration(
  release: string,
  { files, tools }: Pick<DriverPort, 'files' | 'tools'>,
): Promise<void> {
  for (let tests = 1; ; tests++) {
    try {
      return await test(release, mainFile(release), { tools });
    } catch (error) {
      const path = missingFile(error) ?? '';
      if (tests === MAX_TESTS || !path.startsWith(`${poolFolder(release)}/`)) throw error;
      if ((await files.facts(path)) !== undefined) throw error;
    }
  }
}

/** The file that PHP-FPM listed and could not open: another process, such as a command beside the server, has removed it. */
function missingFile(error: unknown): string | undefined {
  if (!(error instanceof MachineError)) return undefined;
  return /failed to open configuration file '([^']+)': No such file/.exec(error.message)?.[1];
}

/** The release of a unit of PHP-FPM. Undefined for other units. */
export const releaseOf = (unit: string): string | undefined => /^php(\d\.\d{1,2})-fpm$/.exec(unit)?.[1];

interface Testing extends Pick<DriverPort, 'tools'> {
  /** Without php.ini and PHP’s extensions, which say nothing about pools and take a third of its time. */
  readonly isBare?: true;
}

/** Tests a configuration file. @throws MachineError `failed` */
export async function test(release: string, path: string, { tools, isBare }: Testing): Promise<void> {
  const bare = isBare === true ? ['--no-php-ini'] : [];
  const words = [...bare, '--test', '--fpm-config', { path }];
  const { status, stderr } = await tools.run(programOf(release), words, { accept: [0, 64, 70, 78] });
  if (status === 0) return;
  throw new MachineError('failed', `PHP-FPM ${release} ${REJECTS}: ${complaints(stderr)}`);
}

/** Its lines have a time and a level: `[26-Nov-2026 08:16:29] ERROR: [pool a] …` */
function complaints(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^\[[^\]]*\] /, ''))
    .filter((line) => line !== '' && !/^NOTICE:|FPM initialization failed/.test(line))
    .map((line) => line.replace(/^(?:ERROR|ALERT|WARNING): /, ''));
  return lines.join(' / ');
}

export async function isRunning(release: string, { services }: DriverPort): Promise<boolean> {
  return services.isSupported && isUp((await services.state(unitOf(release))).state);
}

/** Also while it starts for another process. systemd runs one request after another. */
const isUp = (state: string) => /^(?:active|activating)$/.test(state);

/** @throws MachineError `failed` if PHP-FPM is not running. */
export async function assertRuns(release: string, port: DriverPort): Promise<void> {
  // This takes a hundredth of the time that systemctl takes.
  if (await accepts(port.files.locate(baseSocket(release)))) return;
  await assertActive(release, port);
}

async function assertActive(release: string, port: DriverPort): Promise<void> {
  const unit = unitOf(release);
  const { isInstalled, state } = await port.services.state(unit);
  if (!isInstalled) throw new MachineError('failed', `PHP-FPM ${release} is not installed.${UNCHANGED}`);
  if (!isUp(state)) throw notRunning(unit, state);
}

/** The command line that PHP-FPM gives its main process once it has read its configuration. */
const HAS_READ = 'php-fpm: master process';

function stateOf(commandLine: string): 'ended' | 'serving' | 'reading' {
  // The processes of its pools may be left.
  if (commandLine === '') return 'ended';
  return commandLine.startsWith(HAS_READ) ? 'serving' : 'reading';
}

/**
 * To be called `exclusively`. Returns once PHP-FPM has read its configuration.
 * @param begun called once it has ended all processes of its former pools. It cannot start them again, because its main
 * process has restarted and reads the present files.
 * @throws MachineError `failed` if PHP-FPM is not running or rejects its files; with `isOnlyUnread` if it hangs.
 */
export async function reload(
  release: string,
  port: DriverPort,
  begun = () => undefined as void,
): Promise<void> {
  await assertActive(release, port);
  // PHP-FPM ends if it is reloaded with a configuration that it rejects, and all sites lose PHP.
  if (!(await isAccepted(release, port))) await assertWholeConfiguration(release, port);
  const readAt = async () => (await port.files.facts(processFile(release)))?.changedAt;
  const before = (await writesProcessFile(release, port)) ? await readAt() : undefined;
  const hasRead = async () => before !== undefined && (await readAt()) !== before;
  const main = await port.services.mainProcess(unitOf(release));
  const state = async () => stateOf((await main?.commandLine()) ?? '');
  // Somebody else’s reload may have begun while other files were there.
  const isSeen =
    before !== undefined && main !== undefined && (await until(async () => (await state()) === 'serving'));
  await port.services.reload(unitOf(release));
  // systemd does not wait for it. PHP-FPM itself may wait for requests of visitors first.
  if (isSeen) {
    const limitMs = RESPONSE_MS + (await visitorsMs(release, port));
    await until(async () => (await state()) === 'reading' || hasRead(), limitMs);
    // That it has read files does not show which: somebody else’s reload may have ended only now.
    if ((await state()) === 'reading') begun();
    else if (!(await hasRead())) throw silent(release);
  }
  if (before !== undefined) await until(hasRead);
}

/** How long PHP-FPM waits for requests of visitors before a reload: not at all by default. */
async function visitorsMs(release: string, { files }: Pick<DriverPort, 'files'>): Promise<number> {
  const text = (await files.readText(mainFile(release))) ?? '';
  const [, count = '0', unit = 's'] = /^\s*process_control_timeout\s*=\s*(\d+)([smhd]?)/m.exec(text) ?? [];
  const seconds = { s: 1, m: 60, h: 3600, d: 86_400 }[unit] ?? 1;
  return Math.min(PROBE_MS, Number(count) * seconds * 1000);
}

/** Its files are in place, and the request to read them is with it. */
function silent(release: string): MachineError {
  return new MachineError(
    'failed',
    `PHP-FPM ${release} does not respond: it has not read its configuration yet. It does when it goes on. If it does not, ` +
      `restart it with “systemctl restart ${unitOf(release)}”.`,
    { isOnlyUnread: true },
  );
}

/** @throws MachineError `failed` if PHP-FPM would not start with its present files. It goes on with the former ones. */
export async function restart(release: string, port: DriverPort): Promise<void> {
  const work = async () => {
    await assertWholeConfiguration(release, port);
    await port.services.restart(unitOf(release));
  };
  await exclusively(release, port)(work);
}

/** True if PHP-FPM writes its process ID where Debian has it. An administrator may have chosen another file. */
async function writesProcessFile(release: string, { files }: DriverPort): Promise<boolean> {
  const lines = ((await files.readText(mainFile(release))) ?? '').split('\n');
  const wanted = `pid=${files.locate(processFile(release))}`;
  return lines.some((line) => line.replaceAll(/[\s"]/g, '') === wanted);
}

const NOT_RUNNING = 'is not running';
const REJECTS = 'rejects its configuration';

function notRunning(unit: string, state: string): MachineError {
  return new MachineError(
    'failed',
    `“${unit}” ${NOT_RUNNING} (systemd calls it ${state}). Start it with “systemctl start ${unit}” and retry the call.${UNCHANGED}`,
  );
}

/**
 * True if PHP-FPM was not reloaded, so that it does not use the files of a change. It will use the restored files as soon
 * as it can, and a change can be undone while a file of somebody else is broken.
 */
export function isDown(error: unknown): boolean {
  return (
    isOnlyUnread(error) ||
    (error instanceof Error && [NOT_RUNNING, REJECTS].some((words) => error.message.includes(words)))
  );
}

/** Waits until every socket accepts connections. @throws MachineError `failed` */
export async function waitForSockets(sockets: readonly string[], port: DriverPort): Promise<void> {
  for (const socket of sockets) {
    if (await until(() => accepts(port.files.locate(socket)))) continue;
    throw new MachineError('failed', `PHP-FPM does not listen on “${socket}”.`);
  }
}

/** Waits until no socket accepts connections. @throws MachineError `failed` */
export async function waitUntilClosed(sockets: readonly string[], port: DriverPort): Promise<void> {
  for (const socket of sockets) {
    if (await until(async () => !(await accepts(port.files.locate(socket))))) continue;
    throw new MachineError('failed', `PHP-FPM still listens on “${socket}”.`);
  }
}

function accepts(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ path });
    const end = (isAccepted: boolean) => {
      socket.destroy();
      done(isAccepted);
    };
    socket.on('connect', () => end(true)).on('error', () => end(false));
  });
}

async function until(isSo: () => Promise<boolean>, limitMs = PROBE_MS): Promise<boolean> {
  let waited = 0;
  for (let wait = 2; waited < limitMs; wait = Math.min(wait * 2, MOST_PAUSE_MS)) {
    const startedAt = performance.now();
    if (await isSo()) return true;
    await pause(wait);
    waited += performance.now() - startedAt;
  }
  return false;
}
