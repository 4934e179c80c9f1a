// Writes the programs that run PHP by CGI for an account, as its user.
import type { Machine } from '../../../../core/machine.ts';
import { defineStep } from '../../../../core/plan.ts';
import { cgiFolder } from '../cgi-places.ts';
import { cgiFiles, type CgiVersion } from '../cgi-programs.ts';

interface Input {
  readonly username: string;
  readonly home: string;
  readonly versions: readonly CgiVersion[];
}

/** What was there before, by path. Null: nothing. */
type Memento = readonly { readonly path: string; readonly before: string | null }[];

const MAX_BYTES = 64 * 1024;

export default defineStep<Input, Memento>({
  kind: 'php/write-cgi-programs',
  describe: ({ home, versions }) =>
    `Write the programs of ${versions.map(({ version }) => version).join(' and ')} for CGI in “${cgiFolder(home)}”.`,
  async prepare(machine, { username, home, versions }) {
    const own = await machine.userFiles(username);
    const memento: { path: string; before: string | null }[] = [];
    for (const { path } of cgiFiles(home, versions)) {
      const found = await own.read(path, MAX_BYTES);
      memento.push({ path, before: found === undefined ? null : new TextDecoder().decode(found.content) });
    }
    return memento;
  },
  async apply(machine, { input: { username, home, versions } }) {
    const own = await machine.userFiles(username);
    const folder = cgiFolder(home);
    if ((await own.stat(folder)) === undefined) await own.makeDirectory(folder, 0o711);
    // suexec requires that nobody else can write there.
    await own.chmod(folder, 0o711);
    for (const { path, content, mode } of cgiFiles(home, versions)) {
      await own.write(path, new TextEncoder().encode(content), { mode });
      await own.chmod(path, mode);
    }
  },
  async undo(machine: Machine, { input: { username, home }, memento }) {
    const own = await machine.userFiles(username);
    for (const { path, before } of memento) {
      if (before === null) await own.remove(path);
      else await own.write(path, new TextEncoder().encode(before));
    }
    const folder = cgiFolder(home);
    const isNew = memento.length > 0 && memento.every(({ before }) => before === null);
    if (isNew && (await own.stat(folder)) !== undefined) await own.remove(folder);
  },
});
