// The kinds of keys that accounts choose, by WHM's names, and which kind an account prefers.
import type { Db } from '../../../core/context.ts';
import * as tweakSettings from '../../../ground/rules/tweak-settings.ts';
import type { KeyKind } from './create.ts';

const kinds = {
  'rsa-2048': { rsaBits: 2048 },
  'rsa-4096': { rsaBits: 4096 },
  'ecdsa-prime256v1': 'prime256v1',
  'ecdsa-secp384r1': 'secp384r1',
} as const satisfies Record<string, KeyKind>;

export type KeyType = keyof typeof kinds;

export const keyTypes = ['rsa-2048', 'rsa-4096', 'ecdsa-prime256v1', 'ecdsa-secp384r1'] as const;

/** The setting of the server, in Tweak Settings. */
export const SETTING = 'ssl_default_key_type';

export const DEFAULT_TYPE: KeyType = 'rsa-2048';

export const kindOf = (type: KeyType): KeyKind => kinds[type];

const isKeyType = (value: string | undefined): value is KeyType =>
  value !== undefined && Object.hasOwn(kinds, value);

/** The kind of key that the account has chosen, or else root for the server. Undefined if neither has. */
export async function chosenType(db: Db, username: string): Promise<KeyType | undefined> {
  const own = await db.get<{ type: string }>(
    'SELECT type FROM preferred_key_type WHERE username = ?',
    username,
  );
  return isKeyType(own?.type) ? own.type : serverType(db);
}

async function serverType(db: Db): Promise<KeyType | undefined> {
  const value = await tweakSettings.read(db, 'Main', SETTING);
  return isKeyType(value) ? value : undefined;
}

/** The kind of a key that an account generates without naming a kind. */
export async function preferredType(db: Db, username: string): Promise<KeyType> {
  return (await chosenType(db, username)) ?? DEFAULT_TYPE;
}

/** The kind of a key that it generates with `system`: the one of the server. */
export async function systemType(db: Db): Promise<KeyType> {
  return (await serverType(db)) ?? DEFAULT_TYPE;
}

/** @param type `system`: the account has no preference. */
export async function prefer(db: Db, username: string, type: KeyType | 'system'): Promise<void> {
  await db.run('DELETE FROM preferred_key_type WHERE username = ?', username);
  if (type === 'system') return;
  await db.run('INSERT INTO preferred_key_type (username, type) VALUES (?, ?)', username, type);
}
