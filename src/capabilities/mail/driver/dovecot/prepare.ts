// The folder of Dovecot’s identities.
import type { Machine } from '../../../../core/machine.ts';
import { folder, FOLDER } from './places.ts';

/** Can be repeated. */
export async function makeIdentityFolder(machine: Pick<Machine, 'files'>): Promise<void> {
  await (await machine.files(['/var/lib'])).makeDirectory(FOLDER, folder);
}
