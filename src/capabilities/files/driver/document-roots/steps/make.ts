// Makes the document root of a domain, with the folders above it, in the home of its account. The user can exchange any of
// them at any time: no link is followed, and a folder of somebody else is not used.
import type { Machine } from '../../../../../core/machine.ts';
import type { FileAttributes, MachineFiles } from '../../../../../core/machine-daemons.ts';
import { MachineError } from '../../../../../core/machine-error.ts';
import { defineStep } from '../../../../../core/plan.ts';
import { WEB_USER } from '../../../../../ground/driver/virtual-hosts/places.ts';

interface Input {
  readonly username: string;
  readonly home: string;
  /** Below the home: `public_html/shop`. */
  readonly folder: string;
}

/** The folders that do not exist yet, from the home down, and the attributes of the document root if it does. */
interface Memento {
  readonly missing: readonly string[];
  readonly former: FileAttributes | null;
}

export default defineStep<Input, Memento>({
  kind: 'document-roots/make',
  describe: ({ home, folder }) => `Make the folder “${home}/${folder}” for the web server.`,

  async prepare(machine, { username, home, folder }) {
    const { files, uid: found } = await filesOf(machine, { username, home });
    const uid = machine.system.isSandbox ? undefined : found;
    const paths = pathsOf(home, folder);
    const missing: string[] = [];
    let former: FileAttributes | null = null;
    for (const path of paths) {
      const facts = missing.length > 0 ? undefined : await files.facts(path);
      if (facts === undefined) missing.push(path);
      else if (facts.kind !== 'directory') throw notAFolder(path);
      else if (uid !== undefined && facts.uid !== uid) throw ofSomebodyElse(path);
      else if (path === paths.at(-1)) former = { owner: facts.uid, group: facts.gid, mode: facts.mode };
    }
    return { missing, former };
  },

  async apply(machine, { input, memento: { missing, former } }) {
    const { username, home, folder } = input;
    const { files } = await filesOf(machine, input);
    for (const path of missing) await files.makeDirectory(path, attributesOf(machine, input, path));
    // An existing folder outside of public_html is closed to other users, and opened for the web server.
    if (former !== null && isOutside(folder)) {
      await files.makeDirectory(`${home}/${folder}`, closed(machine, username));
    }
  },

  async undo(machine, { input, memento: { missing, former } }) {
    const { home, folder } = input;
    const { files } = await filesOf(machine, input);
    for (const path of [...missing].reverse()) await files.removeEmptyDirectory(path);
    if (former !== null && isOutside(folder)) await restore(files, `${home}/${folder}`, former);
  },
});

/** Nothing is done in a home that is not the account's own. */
async function filesOf(machine: Machine, { username, home }: Pick<Input, 'username' | 'home'>) {
  const uid = (await (await machine.users()).find(username))?.uid;
  return { files: await machine.files([home], uid), uid };
}

/** Each folder from below the home down to the document root. */
function pathsOf(home: string, folder: string): string[] {
  const names = folder.split('/');
  return names.map((_, at) => `${home}/${names.slice(0, at + 1).join('/')}`);
}

/** `public_html` is itself closed to other users (`home-layout.ts`). */
const isOutside = (folder: string) => !folder.startsWith('public_html/');

function attributesOf(machine: Machine, { username, home, folder }: Input, path: string): FileAttributes {
  if (!isOutside(folder)) return own(username, machine, 0o755);
  return path === `${home}/${folder}` ? closed(machine, username) : own(username, machine, 0o711);
}

/** A sandbox sets neither owners nor groups. */
function own(username: string, { system }: Machine, mode: number): FileAttributes {
  return system.isSandbox ? { mode } : { owner: username, group: username, mode };
}

function closed(machine: Machine, username: string): FileAttributes {
  return machine.system.isSandbox ? { mode: 0o750 } : { owner: username, group: WEB_USER, mode: 0o750 };
}

async function restore(files: MachineFiles, path: string, former: FileAttributes): Promise<void> {
  if ((await files.facts(path))?.kind === 'directory') await files.makeDirectory(path, former);
}

function notAFolder(path: string): MachineError {
  return new MachineError(
    'failed',
    `“${path}” is a link or a file, so it cannot be a document root. Move it away, or choose another folder.`,
  );
}

function ofSomebodyElse(path: string): MachineError {
  return new MachineError(
    'failed',
    `The folder “${path}” does not belong to the account, so it is not used.`,
  );
}
