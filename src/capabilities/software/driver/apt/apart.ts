// Runs apt and dpkg in a unit of their own, one at a time.
import { setTimeout as pause } from 'node:timers/promises';
import type { DeclaredTool, MachineTools } from '../../../../core/machine-daemons.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import type { ChangeWork } from './packages.ts';

export const apartTools: readonly DeclaredTool[] = [{ name: 'systemd-run' }, { name: 'journalctl' }];

/** The unit in which apt-get runs. Its name makes sure that only one runs at a time. */
const UNIT = 'whmapi1-apt';
const LIMIT_MS = 1_800_000;
const PAUSE_MS = 500;
/** How often another task may be faster. */
const MAX_STARTS = 20;
/** What systemd-run says if another process has started the unit in the meantime. */
const TAKEN = /already (?:loaded|exists)/;
/** A line in which apt-get (E:), dpkg or systemd-run reports an error. */
const COMPLAINT = /^(?:E:|dpkg: error|Failed\b)/;

export interface ApartWork extends ChangeWork {
  readonly machine: DriverMachine;
}

/**
 * Runs a package management program in a separate unit. There it can write where the confined server cannot, and it
 * keeps its output and goes on if the server ends: dpkg must not be killed in the middle of its work. The output goes
 * to `output`, otherwise to the journal. @throws MachineError `failed` or `full` with the message of the program.
 */
export async function runApart(
  tools: MachineTools,
  command: readonly string[],
  work: ApartWork,
): Promise<void> {
  const { output } = work;
  const [program = ''] = command;
  const words = [
    ...['--quiet', '--wait', '--collect', `--unit=${UNIT}`, '--description=whmapi1 installs packages'],
    ...[`--property=RuntimeMaxSec=${LIMIT_MS / 1000}`],
    ...(output === undefined ? [] : [`--property=StandardOutput=append:${output.path}`]),
    ...[
      '--setenv=DEBIAN_FRONTEND=noninteractive',
      '--setenv=APT_LISTCHANGES_FRONTEND=none',
      '--setenv=LC_ALL=C',
    ],
  ];
  for (let starts = 1; ; starts++) {
    await waitForEarlier(work);
    const cursor = output === undefined ? await journalCursor(tools) : '';
    const from = output?.size() ?? 0;
    // systemd-run exits with the status of the program, or with 1. apt-get exits with 100, dpkg with 1 or 2.
    const ran = await tools.run('systemd-run', [...words, '--', ...command], {
      limitMs: LIMIT_MS + 60_000,
      accept: [0, 1, 2, 100],
    });
    if (ran.status === 0) return;
    if (TAKEN.test(ran.stderr) && starts < MAX_STARTS) continue;
    const printed = output === undefined ? await journalAfter(tools, cursor) : output.readFrom(from);
    throw failureOf(program, ran.status, `${ran.stderr}\n${printed}`);
  }
}

/** The present end of the journal. */
async function journalCursor(tools: MachineTools): Promise<string> {
  const { stdout } = await tools.run('journalctl', ['--quiet', '--lines=0', '--show-cursor']);
  return /^-- cursor: (\S+)$/m.exec(stdout)?.[1] ?? '';
}

async function journalAfter(tools: MachineTools, cursor: string): Promise<string> {
  await tools.run('journalctl', ['--sync'], { accept: [0, 1] });
  const match = [...(cursor === '' ? [] : [`--after-cursor=${cursor}`]), `_SYSTEMD_UNIT=${UNIT}.service`];
  return (await tools.run('journalctl', ['--quiet', '--no-pager', '--output=cat', ...match])).stdout;
}

/** The error of a program, from its status and what it printed. */
export function failureOf(program: string, status: number, printed: string): MachineError {
  const lines = printed.split('\n').filter((line) => line.trim() !== '');
  const complaints = lines.filter((line) => COMPLAINT.test(line));
  const said = (complaints.length > 0 ? complaints : lines).slice(-3).join(' / ');
  const isFull = /No space left on device|You don't have enough free space/i.test(printed);
  return new MachineError(
    isFull ? 'full' : 'failed',
    `“${program}” failed: ${said === '' ? `status ${status}` : said}`,
  );
}

/** Another task’s work, or that of a worker that has ended. */
async function waitForEarlier({ machine, log, signal }: ApartWork): Promise<void> {
  const services = await machine.services();
  const isRunning = async () =>
    /^(?:active|activating|deactivating)$/.test((await services.state(UNIT)).state);
  for (let told = false; await isRunning(); await pause(PAUSE_MS)) {
    signal?.throwIfAborted();
    if (!told) log(`Waiting for the unit ${UNIT}, which works on packages for another task.`);
    told = true;
  }
}
