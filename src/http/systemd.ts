// Reports the server's state to systemd if systemd started it, and creates the unit.
import { execFile } from 'node:child_process';
import { existsSync, fstatSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

export interface LogStream {
  write(line: string): void;
}

/**
 * Reports a state with systemd's own tool, because Node cannot send to a UNIX datagram socket. The tool reports in the
 * name of its parent, so NotifyAccess=main is enough.
 */
export function notifySystemd(state: 'READY=1' | 'STOPPING=1' | 'WATCHDOG=1'): void {
  if (process.env.NOTIFY_SOCKET === undefined) return;
  execFile('systemd-notify', [`--pid=${process.pid}`, state], () => undefined);
}

/** Reports three times per WatchdogSec that the event loop runs. */
export function feedWatchdog(environment: Environment): void {
  const { WATCHDOG_USEC: microseconds, WATCHDOG_PID: pid } = environment;
  if (microseconds === undefined || Number(pid ?? process.pid) !== process.pid) return;
  setInterval(() => notifySystemd('WATCHDOG=1'), Number(microseconds) / 3000).unref();
}

/**
 * A stream to standard error. If the journal reads it, each line gets its priority as a prefix (sd-daemon(3)), so that
 * `journalctl -p err` finds the errors.
 */
export function logStream(environment: Environment): LogStream {
  if (!isJournal(environment.JOURNAL_STREAM)) return process.stderr;
  const stream = {
    // https://github.com/pinojs/pino/blob/main/docs/api.md#metadata: the logger sets lastLevel before it writes.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 30,
    write: (line: string) => process.stderr.write(`<${priorityOf(stream.lastLevel)}>${line}`),
  };
  return stream;
}

/** An error that ends the program, with a prefix for each line if the journal reads it. */
export function writeFatal(text: string, environment: Environment): void {
  const prefix = isJournal(environment.JOURNAL_STREAM) ? `<${priorityOf(60)}>` : '';
  process.stderr.write(text.replaceAll(/^(?=.)/gm, prefix));
}

/** @param level of pino. @returns the priority of syslog(3). */
function priorityOf(level: number): number {
  if (level >= 60) return 2;
  if (level >= 50) return 3;
  if (level >= 40) return 4;
  return level >= 30 ? 6 : 7;
}

/** @param stream JOURNAL_STREAM, DEVICE:INODE of what systemd connected: a later redirection is something else. */
function isJournal(stream: string | undefined): boolean {
  if (stream === undefined) return false;
  const { dev, ino } = fstatSync(2, { bigint: true });
  return stream === `${dev}:${ino}`;
}

/**
 * The unit of this installation: the installed unit, with the paths of the running Node and program. That of the Debian
 * package stays as it is: its path leads to each version, and the program lies in the folder of one version.
 * @throws if the file is missing.
 */
export function systemdUnit(node: string, program: string): string {
  const places = [
    join(__dirname, '../systemd/whmapi1d.service'),
    join(__dirname, '../../systemd/whmapi1d.service'),
    '/usr/lib/systemd/system/whmapi1d.service',
  ];
  const unit = places.find((path) => existsSync(path));
  if (unit === undefined)
    throw new Error(`${places[0]} is missing from this installation. Install it again.`);
  const text = readFileSync(unit, 'utf8');
  const [, packaged = ''] = /^ExecStart=(.*)$/m.exec(text) ?? [];
  const running = realpathSync(program);
  if (existsSync(packaged) && realpathSync(packaged) === running) return text;
  const start = [node, running].map(quoted).join(' ');
  return text.replace(/^ExecStart=.*$/m, () => `ExecStart=${start}`);
}

/** A word of ExecStart= (systemd.service(5), “Command lines”). */
function quoted(word: string): string {
  const escaped = word.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w./@+%$-]+$/.test(escaped) ? escaped : `"${escaped.replaceAll(/["\\]/g, '\\$&')}"`;
}
