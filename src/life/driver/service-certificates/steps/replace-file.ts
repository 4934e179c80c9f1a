// Replaces the certificate of a daemon such as Exim. The secret of the plan is the new content of its file: the key, the
// certificate and its chain (PEM).
import type { FileBackup } from '../../../../core/machine-daemons.ts';
import { LookAgain } from '../../../../core/machine-error.ts';
import { defineStep } from '../../../../core/plan.ts';
import { digestOf } from '../../../../ground/driver/file-driver.ts';
import {
  filesOf,
  reloadFollower,
  writeFile,
  type DaemonFile,
} from '../../../../capabilities/certificates/driver/service-certificates/daemon-files.ts';
import { fileOf } from '../declared-files.ts';

interface Input {
  readonly service: string;
  /** The digest of the present file. Null if there is none. */
  readonly former: string | null;
}

function declared(service: string): DaemonFile {
  const file = fileOf(service);
  if (file === undefined) throw new Error(`No capability declares the certificate of “${service}”.`);
  return file;
}

export default defineStep<Input, FileBackup>({
  kind: 'service-certificates/replace-file',
  describe: ({ service }) => {
    const { name, path } = declared(service);
    return `Replace the certificate of ${name}, “${path}”.`;
  },
  async prepare(machine, { service, former }) {
    const file = declared(service);
    const files = await filesOf(machine, file);
    const present = await files.read(file.path);
    if ((present === undefined ? null : digestOf(present)) !== former)
      throw new LookAgain(`The certificate of ${file.name} has changed in the meantime. Retry the call.`);
    return files.backUp(file.path);
  },
  async apply(machine, { input: { service }, secret }) {
    const file = declared(service);
    await writeFile(await filesOf(machine, file), file, secret);
    await reloadFollower(machine, file);
  },
  async undo(machine, { input: { service }, memento }) {
    const file = declared(service);
    const files = await filesOf(machine, file);
    await files.discard(file.path);
    await files.restore(file.path, memento);
    await reloadFollower(machine, file);
  },
});
