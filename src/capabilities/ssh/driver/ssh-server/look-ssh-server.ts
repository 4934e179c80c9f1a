// The settings of the SSH server that are in force. sshd itself prints them, so that includes and defaults count.
import type { Machine } from '../../../../core/machine.ts';

const CONFIGURATION = '/etc/ssh/sshd_config';

/** An option and its value on each line, in lower case. Undefined if there is no SSH server. */
export async function settingsInForce(
  machine: Pick<Machine, 'files' | 'tools'>,
): Promise<string | undefined> {
  const files = await machine.files(['/etc/ssh']);
  const tools = await machine.tools([{ name: 'sshd', worksInSandbox: true }]);
  const isThere = (await files.facts(CONFIGURATION)) !== undefined && (await tools.has('sshd'));
  if (!isThere) return undefined;
  return (await tools.run('sshd', ['-T', '-f', { path: CONFIGURATION }])).stdout;
}
