// Key files are written into the folder of a user. Their content is the plan's secret, which the journal does not have: where
// the step was cut short, it is undone.
import type { Machine } from '../../../../../core/machine.ts';
import { MachineError } from '../../../../../core/machine-error.ts';
import { defineStep } from '../../../../../core/plan.ts';
import { attributesOf, filesOf, makeFolder, MAX_KEY_BYTES, pathOf, type KeyFolder } from '../folder.ts';

interface Input {
  readonly folder: KeyFolder;
  readonly files: readonly {
    readonly name: string;
    readonly mode: number;
    /** What becomes of a file of this name: it is kept under another name, or it goes. Absent: it must not be there. */
    readonly former?: { readonly keptAs: string } | 'replaced' | undefined;
  }[];
}

interface Memento {
  /** The files that existed before. */
  readonly present: readonly string[];
}

export default defineStep<Input, Memento>({
  kind: 'ssh-keys/store',
  describe: ({ folder, files }) =>
    `Write ${files.map(({ name }) => `“${pathOf(folder, name)}”`).join(' and ')}.`,
  async prepare(machine, { folder, files }) {
    const port = await filesOf(machine, folder);
    const present: string[] = [];
    for (const { name, former } of files) {
      const facts = await port.facts(pathOf(folder, name));
      if (facts === undefined) continue;
      if (facts.kind !== 'file' || former === undefined) {
        throw new MachineError('exists', `“${pathOf(folder, name)}” already exists.`);
      }
      present.push(name);
    }
    return { present };
  },
  async apply(machine, { input: { folder, files }, memento: { present }, secret }) {
    const port = await filesOf(machine, folder);
    const contents = JSON.parse(secret) as Record<string, string>;
    await makeFolder(port, folder);
    for (const { name, mode, former } of files) {
      if (present.includes(name) && typeof former === 'object') {
        await copy(port, pathOf(folder, name), pathOf(folder, former.keptAs), attributesOf(folder, mode));
      }
      await port.write(pathOf(folder, name), contents[name] ?? '', attributesOf(folder, mode));
    }
  },
  async undo(machine, { input: { folder, files }, memento: { present } }) {
    const port = await filesOf(machine, folder);
    for (const { name, mode, former } of files) {
      const path = pathOf(folder, name);
      await port.discard(path);
      if (!present.includes(name)) await port.remove(path);
      else if (typeof former === 'object') {
        const kept = pathOf(folder, former.keptAs);
        await port.discard(kept);
        // Without the copy, the file was not touched.
        if ((await port.facts(kept)) === undefined) continue;
        await copy(port, kept, path, attributesOf(folder, mode));
        await port.remove(kept);
      }
    }
  },
});

type Port = Awaited<ReturnType<Machine['files']>>;

async function copy(port: Port, from: string, to: string, attributes: ReturnType<typeof attributesOf>) {
  const content = await port.read(from, MAX_KEY_BYTES);
  if (content !== undefined) await port.write(to, content, attributes);
}
