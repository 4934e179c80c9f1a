// What Exim itself says of a configuration.
import type { Machine } from '../../../../core/machine.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import { CONFIGURATION } from './places.ts';

const DIRECTORY = '/etc/exim4';
const CHECKED = `${DIRECTORY}/whmapi1-check.conf`;
const tools = [{ name: 'exim4' }];

/** @returns what is wrong with the installed configuration. Undefined: nothing. @throws MachineError if Exim cannot run. */
export async function problemOfInstalled(machine: Machine): Promise<string | undefined> {
  return problemOf(machine, CONFIGURATION);
}

/** The same for another text, which Exim does not use. */
export async function problemOfText(machine: Machine, text: string): Promise<string | undefined> {
  const files = await machine.files([DIRECTORY]);
  const staged = await files.stage(CHECKED, text, { mode: 0o600 });
  try {
    const problem = await problemOf(machine, staged);
    return problem?.replaceAll(files.locate(staged), 'the configuration');
  } finally {
    await files.discard(CHECKED);
  }
}

async function problemOf(machine: Machine, path: string): Promise<string | undefined> {
  const found = await machine.tools(tools);
  if (!(await found.has('exim4'))) throw new MachineError('failed', 'Exim is not installed on this server.');
  const { status, stdout, stderr } = await found.run('exim4', ['-C', { path }, '-bV'], { accept: [0, 1] });
  // The reason has two lines. The rest of the output describes Exim itself.
  return status === 0 ? undefined : (stderr === '' ? stdout : stderr).trim().replaceAll(/\s*\n\s*/g, ' ');
}
