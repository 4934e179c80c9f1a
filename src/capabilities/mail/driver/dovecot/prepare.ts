// What Dovecot reads besides its configuration: the folder of its identities, and its secrets.
import { randomBytes } from 'node:crypto';
import type { Machine } from '../../../../core/machine.ts';
import type { PolicySecrets } from '../../rules/login-policy.ts';
import { folder, FOLDER } from './places.ts';

const SECRET_BYTES = 32;
/** Dovecot reads its configuration as root. */
const secretFile = { mode: 0o600 };

/** Can be repeated. */
export async function makeIdentityFolder(machine: Pick<Machine, 'files'>): Promise<void> {
  await (await machine.files(['/var/lib'])).makeDirectory(FOLDER, folder);
}

/** Writes new secrets if there are none. @returns whether it did. */
export async function makePolicySecrets(
  machine: Pick<Machine, 'files'>,
  { directory, path }: { readonly directory: string; readonly path: string },
  render: (secrets: PolicySecrets) => string,
): Promise<boolean> {
  const files = await machine.files([directory]);
  if ((await files.facts(path)) !== undefined) return false;
  const [secret, nonce] = [randomBytes(SECRET_BYTES), randomBytes(SECRET_BYTES)].map((one) =>
    one.toString('hex'),
  );
  await files.makeDirectory(directory, { mode: 0o755 });
  await files.write(path, render({ secret: secret ?? '', nonce: nonce ?? '' }), secretFile);
  return true;
}
