// Replaces the certificate of Exim or ProFTPD. The secret of the plan is the new content of its file: the key, the
// certificate and its chain (PEM).
import type { FileBackup } from '../../../../../core/machine-daemons.ts';
import { LookAgain } from '../../../../../core/machine-error.ts';
import { defineStep } from '../../../../../core/plan.ts';
import { digestOf } from '../../../../../ground/driver/file-driver.ts';
import { daemonFiles, filesOf, reloadFollower, writeFile, type DaemonService } from '../daemon-files.ts';

interface Input {
  readonly service: DaemonService;
  /** The digest of the present file. Null if there is none. */
  readonly former: string | null;
}

export default defineStep<Input, FileBackup>({
  kind: 'service-certificates/replace-file',
  describe: ({ service }) =>
    `Replace the certificate of ${daemonFiles[service].name}, “${daemonFiles[service].path}”.`,
  async prepare(machine, { service, former }) {
    const { path, name } = daemonFiles[service];
    const files = await filesOf(machine, service);
    const present = await files.read(path);
    if ((present === undefined ? null : digestOf(present)) !== former)
      throw new LookAgain(`The certificate of ${name} has changed in the meantime. Retry the call.`);
    return files.backUp(path);
  },
  async apply(machine, { input: { service }, secret }) {
    await writeFile(await filesOf(machine, service), service, secret);
    await reloadFollower(machine, service);
  },
  async undo(machine, { input: { service }, memento }) {
    const { path } = daemonFiles[service];
    const files = await filesOf(machine, service);
    await files.discard(path);
    await files.restore(path, memento);
    await reloadFollower(machine, service);
  },
});
