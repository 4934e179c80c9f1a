// Writes a file of mailboxes in the home, with the rights of the account’s user: the Sieve script of a mailbox, or the copy
// of a domain’s logins.
import type { Machine } from '../../../../../core/machine.ts';
import { PRIVATE_FILE } from '../../../../../core/machine-daemons.ts';
import type { MachineUserFiles } from '../../../../../core/machine-user-files.ts';
import { defineStep } from '../../../../../core/plan.ts';

interface Input {
  readonly username: string;
  /** Below the home: `etc/bob.example/passwd`. */
  readonly path: string;
  /** Null removes the file. */
  readonly text: string | null;
}

interface Memento {
  /** Null: there was none. */
  readonly former: string | null;
}

const MAX_BYTES = 8 * 1024 * 1024;
const PRIVATE_FOLDER = 0o700;
const PRIVATE = 0o600;

export default defineStep<Input, Memento>({
  kind: 'mailboxes/write-file',
  describe: ({ path, text }) => `${text === null ? 'Remove' : 'Write'} “~/${path}”.`,
  async prepare(machine, { username, path, text }) {
    if (text !== null && path.endsWith('.sieve')) await assertScript(machine, text);
    const files = await machine.userFiles(username);
    const found = (await files.stat(path)) === undefined ? undefined : await files.read(path, MAX_BYTES);
    return { former: found === undefined ? null : new TextDecoder().decode(found.content) };
  },
  apply: async (machine, { input: { username, path, text } }) =>
    write(await machine.userFiles(username), path, text),
  undo: async (machine, { input: { username, path }, memento }) =>
    write(await machine.userFiles(username), path, memento.former),
});

/** @throws MachineError `failed` if Dovecot would not run the script, for example for a regular expression of its own. */
async function assertScript(machine: Machine, text: string): Promise<void> {
  if (!(await machine.services()).isSupported) return;
  const tools = await machine.tools([{ name: 'sievec' }]);
  await tools.run('sievec', ['-d', PRIVATE_FILE], { privateFile: text });
}

async function write(files: MachineUserFiles, path: string, text: string | null): Promise<void> {
  if (text === null) {
    if ((await files.stat(path)) !== undefined) await files.remove(path);
    return;
  }
  const parts = path.split('/').slice(0, -1);
  for (const [at] of parts.entries()) {
    const parent = parts.slice(0, at + 1).join('/');
    if ((await files.stat(parent)) === undefined) await files.makeDirectory(parent, PRIVATE_FOLDER);
  }
  await files.write(path, new TextEncoder().encode(text), { mode: PRIVATE });
}
