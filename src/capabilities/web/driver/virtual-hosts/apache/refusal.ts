// Says whether Apache refuses the configuration that others have changed since it was last read. Creating an account does not
// wait for Apache to read it, so this is found out before.
import type { MachineFiles } from '../../../../../core/machine-daemons.ts';
import { isAnyNewer } from '../../../../../ground/driver/edited-files.ts';
import type { DriverPort } from '../../../../../ground/driver/file-driver.ts';
import { rejectionOf, servedGeneration, writtenGeneration, type ApacheServer } from './control.ts';
import { CUSTOM, ACCOUNTS, accountFile } from './places.ts';
import { setAside as setFilesAside, type BlamedFile } from '../../../../../ground/driver/set-aside.ts';

/** A configuration that was written so long ago is refused, or Apache is very busy. */
const LATE_MS = 60_000;
const CONFIGURATION = '/etc/apache2';

/** Apache’s message, which names the file. Undefined: nothing speaks against it. */
export async function refusalOf(server: ApacheServer, port: DriverPort): Promise<string | undefined> {
  if (!(await server.isServed(port))) return undefined;
  const served = await servedGeneration(server.ports.http);
  // Apache does not answer. The step that has it reloaded says why.
  if (served === undefined) return undefined;
  const written = await writtenGeneration(port);
  const isLate = served < written && Date.now() - written > LATE_MS;
  if (!isLate && !(await isAnyNewer(port.files, await filesOfOthers(port.files), served))) return undefined;
  return (await rejectionOf(server, port))?.message;
}

/** What administrators edit: also the files to which the links of enabled ones lead. */
async function filesOfOthers(files: Pick<MachineFiles, 'list'>): Promise<string[]> {
  const paths = [`${CONFIGURATION}/apache2.conf`, `${CONFIGURATION}/ports.conf`];
  for (const kind of ['conf', 'mods', 'sites']) {
    for (const name of await files.list(`${CONFIGURATION}/${kind}-enabled`)) {
      paths.push(`${CONFIGURATION}/${kind}-enabled/${name}`, `${CONFIGURATION}/${kind}-available/${name}`);
    }
  }
  for (const user of await files.list(CUSTOM)) {
    for (const name of await files.list(`${CUSTOM}/${user}`)) {
      paths.push(`${CUSTOM}/${user}/${name}`);
      if (name.endsWith('.conf')) continue;
      for (const own of await files.list(`${CUSTOM}/${user}/${name}`))
        paths.push(`${CUSTOM}/${user}/${name}/${own}`);
    }
  }
  return paths;
}

// Takes the virtual hosts out of Apache’s configuration that keep it from starting, so that all others are served again.

/**
 * Removes files of accounts that Apache rejects, until it accepts its configuration. To be called `exclusively`.
 * @returns a sentence for each file. @throws MachineError if Apache rejects something else.
 */
export function setAside(server: ApacheServer, port: DriverPort): Promise<readonly string[]> {
  return setFilesAside({
    files: port.files,
    purpose: 'so that Apache serves all other websites',
    async rejection() {
      const rejected = await rejectionOf(server, port);
      return rejected && { message: rejected.message, blamed: await fileToBlame(rejected.message, port) };
    },
  });
}

/** The file of the account that the message names, by a path or by the name of the user who is missing. */
async function fileToBlame(message: string, { files }: DriverPort): Promise<BlamedFile | undefined> {
  const [, inAccounts] = /\/whmapi1\/accounts\/([^\s/]+\.conf)/.exec(message) ?? [];
  const [, custom] = /\/whmapi1\/custom\/([a-z][a-z0-9]*)\//.exec(message) ?? [];
  const [, user] = /bad (?:user|group) name ([a-z][a-z0-9]*)/.exec(message) ?? [];
  const path = inAccounts === undefined ? accountFile(custom ?? user ?? '') : `${ACCOUNTS}/${inAccounts}`;
  if ((await files.origin(path)) === 'absent') return undefined;
  const username = /([a-z][a-z0-9]*)\.conf$/.exec(path)?.[1] ?? '';
  return { path, advice: `Mend the cause, and then run: whmapi1 --rebuild ${username}` };
}
