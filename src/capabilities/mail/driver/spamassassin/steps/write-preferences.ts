// Writes what an account has set in SpamAssassin, which reads it with the next message of the account.
import type { Machine } from '../../../../../core/machine.ts';
import { defineStep } from '../../../../../core/plan.ts';
import { DIRECTORIES, folder, PREFERENCES, preferencesOf, readable } from '../places.ts';

interface Input {
  readonly username: string;
  /** Null: there is nothing to say. */
  readonly text: string | null;
}

interface Memento {
  /** Null: there was none. */
  readonly former: string | null;
}

const fileOf = (username: string) => `${preferencesOf(username)}/user_prefs`;

export default defineStep<Input, Memento>({
  kind: 'spamassassin/write-preferences',
  describe: ({ username, text }) =>
    `${text === null ? 'Remove' : 'Write'} the preferences of “${username}” for SpamAssassin.`,
  async prepare(machine, { username }) {
    const files = await machine.files(DIRECTORIES);
    return { former: (await files.readText(fileOf(username))) ?? null };
  },
  apply: (machine, { input: { username, text } }) => writePreferences(machine, username, text),
  undo: (machine, { input: { username }, memento }) => writePreferences(machine, username, memento.former),
});

/** Can be repeated. */
export async function writePreferences(
  machine: Pick<Machine, 'files'>,
  username: string,
  text: string | null,
): Promise<void> {
  const files = await machine.files(DIRECTORIES);
  if (text === null) {
    await files.remove(fileOf(username));
    return files.removeEmptyDirectory(preferencesOf(username));
  }
  await files.makeDirectory(PREFERENCES, folder);
  await files.makeDirectory(preferencesOf(username), folder);
  await files.write(fileOf(username), text, readable);
}
