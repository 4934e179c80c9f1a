// Ways to reach the administrators that contain a secret. They are stored encrypted.
import type { Context, Db } from '../../../core/context.ts';
import { findSealed } from '../../../ground/rules/two-factor/sealed-secrets.ts';

/** The Tweak Settings of the module Basic that are stored here. */
export type SecretName = 'CONTACTPOSTURL' | 'CONTACTPUSHBULLET';

type Dependencies = { readonly db: Db } & Pick<Context, 'sealer'>;

const purposeOf = (name: SecretName) => `contact ${name}`;

/** Empty if it is not set. @throws ApiError `key_lost`, which a new value resolves once all old ones are cleared. */
export async function read({ db, sealer }: Dependencies, name: SecretName): Promise<string> {
  const row = await db.get<{ sealed: Uint8Array }>(
    'SELECT sealed FROM contact_secret WHERE server = ? AND name = ?',
    ...[db.server, name],
  );
  return row === undefined ? '' : sealer.open(row.sealed, purposeOf(name));
}

/** An empty value clears it, which needs no key. @throws ApiError `key_lost`. */
export async function write({ db, sealer }: Dependencies, name: SecretName, value: string): Promise<void> {
  await db.run('DELETE FROM contact_secret WHERE server = ? AND name = ?', db.server, name);
  if (value === '') return;
  await db.run(
    'INSERT INTO contact_secret (server, name, sealed) VALUES (?, ?, ?)',
    ...[db.server, name, await sealer.seal(value, purposeOf(name), await findSealed(db))],
  );
}
