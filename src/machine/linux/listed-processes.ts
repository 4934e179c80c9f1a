// Processes of ordinary users, read from /proc (proc(5)).
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MachineError } from '../../core/machine-error.ts';
import type { MachineProcesses, UserProcess } from '../../core/machine-processes.ts';
import { FIRST_UID } from '../../core/machine-values.ts';
import type { Run } from './run.ts';

/** The position of the start time after the name in /proc/PID/stat. */
const STARTED = 19;
const MAX_LOOKS = 100;
const PAUSE_MS = 50;

export class LinuxProcesses implements MachineProcesses {
  readonly isSupported = true;
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  async list(uids: readonly number[]): Promise<UserProcess[]> {
    for (const uid of uids) assertOrdinary(uid);
    const wanted = new Set(uids);
    if (wanted.size === 0) return [];
    const found: UserProcess[] = [];
    for (const entry of await readdir('/proc')) {
      const process = /^[1-9]\d*$/.test(entry) ? await readProcess(Number(entry)) : undefined;
      if (process !== undefined && wanted.has(process.uid)) found.push(process);
    }
    return found;
  }

  async end({ id, uid, started }: UserProcess): Promise<boolean> {
    assertOrdinary(uid);
    const isSame = async () => {
      const now = await readProcess(id);
      return now?.uid === uid && now.started === started;
    };
    if (!(await isSame())) return false;
    // The kernel refuses a signal of this user to a process of anyone else, such as a new one with the same ID.
    await this.#run('kill', ['-KILL', '--', String(id)], { accept: [0, 1], as: { uid, gid: uid } });
    for (let looks = 0; looks < MAX_LOOKS; looks++) {
      if (!(await isSame())) return true;
      await sleep(PAUSE_MS);
    }
    throw new MachineError('failed', `The process ${id} could not be ended. End it by hand.`);
  }
}

/** Undefined if it has ended, or is a zombie, which runs nothing. */
async function readProcess(id: number): Promise<UserProcess | undefined> {
  const place = `/proc/${id}`;
  try {
    const [stat, status] = await Promise.all([
      readFile(`${place}/stat`, 'utf8'),
      readFile(`${place}/status`, 'utf8'),
    ]);
    // The program's name is in brackets and can contain any character.
    const end = stat.lastIndexOf(')');
    const fields = stat.slice(end + 2).split(' ');
    const uid = /^Uid:\t(\d+)/m.exec(status)?.[1];
    if (uid === undefined || /^[ZX]/.test(fields[0] ?? '')) return undefined;
    const [file, words] = await Promise.all([
      readlink(`${place}/exe`).catch(() => ''),
      readFile(`${place}/cmdline`, 'utf8').catch(() => ''),
    ]);
    const names = [
      stat.slice(stat.indexOf('(') + 1, end),
      basename(file.replace(/ \(deleted\)$/, '')),
      basename(words.split('\0', 1)[0] ?? ''),
    ];
    return {
      id,
      uid: Number(uid),
      names: [...new Set(names)].filter((name) => name !== ''),
      started: fields[STARTED] ?? '',
    };
  } catch {
    return undefined;
  }
}

function assertOrdinary(uid: number): void {
  if (!(Number.isInteger(uid) && uid >= FIRST_UID)) {
    throw new TypeError(`Invalid user ID: use one of an ordinary user, from ${FIRST_UID}.`);
  }
}
