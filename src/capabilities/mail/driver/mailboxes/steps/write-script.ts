// Writes the Sieve script of a mailbox with its filters and its automatic reply, with the rights of the account’s user.
import type { Machine } from '../../../../../core/machine.ts';
import { PRIVATE_FILE } from '../../../../../core/machine-daemons.ts';
import type { MachineUserFiles } from '../../../../../core/machine-user-files.ts';
import { defineStep } from '../../../../../core/plan.ts';

interface Input {
  readonly username: string;
  /** The mailbox’s folder below `~/etc`. */
  readonly folder: string;
  /** Null removes the script. */
  readonly text: string | null;
}

interface Memento {
  /** Null: there was none. */
  readonly former: string | null;
}

export const SCRIPT = 'whmapi1.sieve';
const MAX_BYTES = 1024 * 1024;
const PRIVATE = 0o700;

export default defineStep<Input, Memento>({
  kind: 'mailboxes/write-script',
  describe: ({ folder, text }) => `${text === null ? 'Remove' : 'Write'} the Sieve script of “${folder}”.`,
  async prepare(machine, { username, folder, text }) {
    if (text !== null) await assertScript(machine, text);
    const found = await (await machine.userFiles(username)).read(pathOf(folder), MAX_BYTES);
    return { former: found === undefined ? null : new TextDecoder().decode(found.content) };
  },
  apply: async (machine, { input: { username, folder, text } }) =>
    write(await machine.userFiles(username), folder, text),
  undo: async (machine, { input: { username, folder }, memento }) =>
    write(await machine.userFiles(username), folder, memento.former),
});

/** @throws MachineError `failed` if Dovecot would not run the script, for example for a regular expression of its own. */
async function assertScript(machine: Machine, text: string): Promise<void> {
  if (!(await machine.services()).isSupported) return;
  const tools = await machine.tools([{ name: 'sievec' }]);
  await tools.run('sievec', ['-d', PRIVATE_FILE], { privateFile: text });
}

const pathOf = (folder: string) => `etc/${folder}/${SCRIPT}`;

async function write(files: MachineUserFiles, folder: string, text: string | null): Promise<void> {
  const path = pathOf(folder);
  if (text === null) {
    if ((await files.stat(path)) !== undefined) await files.remove(path);
    return;
  }
  const parts = path.split('/').slice(0, -1);
  for (const [at] of parts.entries()) {
    const parent = parts.slice(0, at + 1).join('/');
    if ((await files.stat(parent)) === undefined) await files.makeDirectory(parent, PRIVATE);
  }
  await files.write(path, new TextEncoder().encode(text));
}
