// A configuration file that a Debian package installed. A file that nobody has changed may be replaced.
import { createHash } from 'node:crypto';
import type { DeclaredTool } from '../../core/machine-daemons.ts';
import type { DriverMachine } from './step.ts';

const tools: readonly DeclaredTool[] = [{ name: 'dpkg-query' }];

/** True if the content of the file is that of the installed package. False if there is no such file, or no dpkg. */
export async function isAsPackaged(
  machine: Pick<DriverMachine, 'tools'>,
  debianPackage: string,
  path: string,
  content: Uint8Array,
): Promise<boolean> {
  const found = await machine.tools(tools);
  if (!(await found.has('dpkg-query'))) return false;
  const words = ['--show', '--showformat=${Conffiles}\\n', '--', debianPackage];
  const { stdout } = await found.run('dpkg-query', words, { accept: [0, 1] });
  // dpkg has the MD5 digests of configuration files as they were installed.
  const digest = createHash('md5').update(content).digest('hex');
  return stdout.split('\n').some((line) => line.trim() === `${path} ${digest}`);
}
