// The folders with the logs of accounts, whose files the web server opens at each reload.
import type { Folder } from '../../../../ground/driver/file-driver.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import { DOMAIN_LOGS, domainLogs } from '../../../../ground/driver/virtual-hosts/places.ts';

const tools = (machine: DriverMachine) =>
  machine.tools([
    { name: 'cp', worksInSandbox: true },
    { name: 'rm', worksInSandbox: true },
  ]);

/** True if the account has logs. */
async function hasLogs(machine: DriverMachine, username: string): Promise<boolean> {
  const files = await machine.files([DOMAIN_LOGS]);
  return (await files.facts(domainLogs(username)))?.kind === 'directory';
}

/** Its group lets the account read its logs. */
export function logFolderOf(username: string): Folder {
  return { path: domainLogs(username), attributes: { group: username, mode: 0o750 } };
}

export async function makeLogFolder(machine: DriverMachine, username: string): Promise<void> {
  const { path, attributes } = logFolderOf(username);
  await (await machine.files([DOMAIN_LOGS])).makeDirectory(path, attributes);
}

/** Gives each log of the account a second name, in the folder of another username. */
export async function shareLogs(machine: DriverMachine, from: string, to: string): Promise<void> {
  if (!(await hasLogs(machine, from))) return;
  const paths = [{ path: domainLogs(from) }, { path: domainLogs(to) }];
  await (await tools(machine)).run('cp', ['--archive', '--link', '--force', '-T', '--', ...paths]);
}

/** Only root can write in the folder, so nothing in it leads elsewhere. */
export async function removeLogs(machine: DriverMachine, username: string): Promise<void> {
  if (!(await hasLogs(machine, username))) return;
  const words = ['--recursive', '--force', '--one-file-system', '--', { path: domainLogs(username) }];
  await (await tools(machine)).run('rm', words);
}
