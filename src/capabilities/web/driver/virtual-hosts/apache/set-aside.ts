// Takes the virtual hosts out of Apache’s configuration that keep it from starting, so that all others are served again.
import type { DriverPort } from '../../../../../ground/driver/file-driver.ts';
import { setAside as setFilesAside, type BlamedFile } from '../../../../../ground/driver/set-aside.ts';
import { rejectionOf, type ApacheServer } from './control.ts';
import { ACCOUNTS, accountFile } from './places.ts';

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
