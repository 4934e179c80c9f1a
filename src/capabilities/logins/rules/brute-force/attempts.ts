// Recognises repeated attempts by an HMAC with a random, encrypted key. A plain hash would not be safe: somebody who
// copies the database could find the mistyped password, and from it the right one.
import type { Db, Sealer } from '../../../../core/context.ts';
import { ApiError } from '../../../../core/errors.ts';
import { BRUTE_FORCE_KEY as NAME, findSealed } from '../../../../ground/rules/two-factor/sealed-secrets.ts';
import * as storedSettings from '../../../../ground/rules/stored-settings.ts';

export interface AttemptContext {
  readonly db: Db;
  readonly sealer: Sealer;
  readonly randomBytes: (count: number) => Promise<Uint8Array>;
}

const KEY_BYTES = 32;

/** Null if the key that encrypts secrets is lost. Then no attempt is recognised, and every attempt counts. */
export async function digestOf(
  context: AttemptContext,
  attempt: { readonly address: string; readonly user: string; readonly password: string },
): Promise<Uint8Array | null> {
  const bytes = await keyOf(context);
  if (bytes === undefined) return null;
  const { address, user, password } = attempt;
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const text = new TextEncoder().encode(JSON.stringify([address, user, password]));
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, text));
}

async function keyOf(context: AttemptContext): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return (await storedKey(context)) ?? (await newKey(context));
  } catch (error) {
    if (error instanceof ApiError && error.code === 'key_lost') return undefined;
    throw error;
  }
}

async function storedKey({ db, sealer }: AttemptContext): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const stored = await storedSettings.read(db, NAME);
  if (stored === undefined) return undefined;
  try {
    return Uint8Array.from(Buffer.from(await sealer.open(Buffer.from(stored, 'base64'), NAME), 'base64'));
  } catch (error) {
    // A new key is good enough, because digests only matter for a few hours. If other secrets or another server need
    // the lost key, `newKey` throws.
    if (error instanceof ApiError && error.code === 'key_lost') return undefined;
    throw error;
  }
}

async function newKey({ db, sealer, randomBytes }: AttemptContext): Promise<Uint8Array<ArrayBuffer>> {
  const key = Uint8Array.from(await randomBytes(KEY_BYTES));
  const sealed = await sealer.seal(Buffer.from(key).toString('base64'), NAME, await findSealed(db));
  await storedSettings.write(db, NAME, Buffer.from(sealed).toString('base64'));
  return key;
}
