// Takes the virtual hosts out of Apache’s configuration that keep it from starting, so that all others are served again.
import { MachineError } from '../../../core/machine-error.ts';
import type { DriverPort } from '../../file-driver.ts';
import { rejectionOf, type ApacheServer } from './control.ts';
import { ACCOUNTS, accountFile } from './places.ts';

/** So many files at most: if there are more, something else is wrong. */
const MAX_FILES = 50;

/**
 * Removes files of accounts that Apache rejects, until it accepts its configuration. Each is copied to the backups. To be
 * called `exclusively`.
 * @returns a sentence for each file. @throws MachineError if Apache rejects something else.
 */
export async function setAside(server: ApacheServer, port: DriverPort): Promise<readonly string[]> {
  const told: string[] = [];
  for (;;) {
    const rejected = await rejectionOf(server, port);
    if (rejected === undefined) return told;
    const path = await fileToBlame(rejected.message, port);
    if (path === undefined || told.length >= MAX_FILES) {
      throw new MachineError('failed', [...told, rejected.message].join(' '), { cause: rejected });
    }
    const { copy } = await port.files.backUp(path);
    await port.files.remove(path);
    const username = /([a-z][a-z0-9]*)\.conf$/.exec(path)?.[1] ?? '';
    told.push(
      `“${path}” was set aside, so that Apache serves all other websites. ${ended(rejected.message)} ` +
        `The copy is “${copy ?? ''}” in the folder of backups. Mend the cause, and then run: whmapi1 --rebuild ${username}`,
    );
  }
}

/** The file of the account that the message names, by a path or by the name of the user who is missing. */
async function fileToBlame(message: string, { files }: DriverPort): Promise<string | undefined> {
  const [, inAccounts] = /\/whmapi1\/accounts\/([^\s/]+\.conf)/.exec(message) ?? [];
  const [, custom] = /\/whmapi1\/custom\/([a-z][a-z0-9]*)\//.exec(message) ?? [];
  const [, user] = /bad (?:user|group) name ([a-z][a-z0-9]*)/.exec(message) ?? [];
  const named = inAccounts === undefined ? accountFile(custom ?? user ?? '') : `${ACCOUNTS}/${inAccounts}`;
  return (await files.origin(named)) === 'absent' ? undefined : named;
}

const ended = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);
