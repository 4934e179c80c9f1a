// Encrypts secrets with AES-256-GCM (NIST SP 800-38D). The key is in its own file of the state directory.
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { closeSync, constants, readSync, renameSync } from 'node:fs';
import type { Sealer } from '../core/context.ts';
import { ApiError } from '../core/errors.ts';
import { storeFirst } from './first-file.ts';
import { KEY_FILE as FILE, RESTORING_KEY_FILE } from './sealer-file.ts';
import type { StateDirectory } from './state-directory.ts';
import { unavailable } from './unavailable.ts';

const KEY_ID_BYTES = 8;
const KEY_BYTES = 32;
const FORMAT = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES;

interface Key {
  /** Names the key of an encrypted secret. It is derived from the key, so that a changed key is noticed. */
  readonly id: Buffer;
  readonly bytes: Buffer;
}

/** Encrypted form: format (1 byte), key ID (8), nonce (12), tag (16), ciphertext. */
export class FileSealer implements Sealer {
  readonly #directory: StateDirectory;
  /** The key that was read last. Its file is read each time, but its ID is derived once. */
  #latest: Key | undefined;

  constructor(directory: StateDirectory) {
    this.#directory = directory;
  }

  async seal(text: string, purpose: string, earlier: Uint8Array | undefined): Promise<Uint8Array> {
    const key = earlier === undefined ? this.#keyForFirst() : this.#keyWith(keyIdIn(Buffer.from(earlier)));
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce).setAAD(Buffer.from(purpose));
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(FORMAT), key.id, nonce, cipher.getAuthTag(), body]);
  }

  async open(sealed: Uint8Array, purpose: string): Promise<string> {
    return (await this.opener())(sealed, purpose);
  }

  async opener(): Promise<(sealed: Uint8Array, purpose: string) => string> {
    let key: Key | undefined;
    return (sealed, purpose) => {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      const id = keyIdIn(bytes);
      if (key?.id.equals(id) !== true) key = this.#keyWith(id);
      return decrypted(bytes, key, purpose);
    };
  }

  #keyWith(id: Buffer): Key {
    const key = this.#read();
    if (key !== undefined && key !== 'damaged' && id.equals(key.id)) return key;
    const restored = this.#completeRestore(id);
    if (restored !== undefined) return restored;
    if (key === undefined) this.#lost('is missing');
    if (key === 'damaged') this.#lost(`is damaged (it should hold ${KEY_BYTES} bytes)`);
    this.#lost('is not the key that encrypted the stored secrets');
  }

  /** An interrupted restore has replaced the store, but its key still has another name. */
  #completeRestore(id: Buffer): Key | undefined {
    const key = this.#read(RESTORING_KEY_FILE);
    if (key === undefined || key === 'damaged' || !id.equals(key.id)) return undefined;
    try {
      renameSync(this.#directory.file(RESTORING_KEY_FILE), this.#directory.file(FILE));
      this.#directory.sync();
    } catch (error) {
      throw unavailable(error, this.#directory.file(FILE));
    }
    return key;
  }

  /** Returns the key to use if nothing is encrypted yet: the existing key, or else a new one. */
  #keyForFirst(): Key {
    const key = this.#read();
    if (key !== undefined && key !== 'damaged') return key;
    const path = this.#directory.file(FILE);
    try {
      if (key === 'damaged') renameSync(path, `${path}.damaged`);
    } catch (error) {
      throw unavailable(error, path);
    }
    storeFirst(this.#directory, FILE, randomBytes(KEY_BYTES), randomBytes(8).toString('hex'));
    const created = this.#read();
    if (created === undefined || created === 'damaged')
      this.#lost('disappeared immediately after it was created');
    return created;
  }

  #read(file = FILE): Key | 'damaged' | undefined {
    const path = this.#directory.file(file);
    try {
      const descriptor = this.#directory.open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        const file = Buffer.alloc(KEY_BYTES + 1);
        if (readSync(descriptor, file) !== KEY_BYTES) return 'damaged';
        const bytes = file.subarray(0, KEY_BYTES);
        if (this.#latest?.bytes.equals(bytes) !== true) this.#latest = { id: idOf(bytes), bytes };
        return this.#latest;
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return undefined;
      throw unavailable(error, path);
    }
  }

  #lost(what: string): never {
    throw new ApiError(
      'key_lost',
      `The key file “${this.#directory.file(FILE)}” ${what}, so the stored secrets cannot be opened: those of ` +
        'two-factor authentication, access hashes, integration links, the configuration cluster, profiles of database servers, and the keys of ' +
        'certificates and secondary nameservers. Restore the file from a backup, or copy it from another server that shares the store. If there is no copy, remove what it encrypted: ' +
        'two-factor configurations with twofactorauth_remove_user_config (their users then set them up again), ' +
        'secondary nameservers with --remove-secondary (then add them again with --add-secondary and enter their new ' +
        'keys there), integration links with remove_integration_link, keys of certificates with rebuilduserssldb ' +
        'forget_lost_keys=1 (those of installed certificates are kept), profiles of database servers with ' +
        'remote_mysql_update_profile mysql_pass=, servers of the configuration cluster with ' +
        'delete_configclusterserver, and passwords, crontabs and zones of a restored backup with --rebuild --force. An ' +
        'access hash continues to work; to replace the last one, call accesshash with generate=1. Once nothing is left, a new key is created.',
    );
  }
}

/** The ID of the key that encrypted this. */
function keyIdIn(sealed: Buffer): Buffer {
  if (sealed[0] !== FORMAT || sealed.length < HEADER_BYTES) {
    throw new Error('A sealed secret has an unknown format.');
  }
  return sealed.subarray(1, 1 + KEY_ID_BYTES);
}

function decrypted(sealed: Buffer, key: Key, purpose: string): string {
  let at = 1 + KEY_ID_BYTES;
  const take = (count: number) => sealed.subarray(at, (at += count));
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, take(NONCE_BYTES)).setAAD(Buffer.from(purpose));
  decipher.setAuthTag(take(TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(at)), decipher.final()]).toString('utf8');
}

/** SHA-1, because TOTP loads it anyway, and an attacker gains nothing from two keys with the same ID. */
export function idOf(key: Uint8Array): Buffer {
  return createHmac('sha1', key).update('whmapi1 key id').digest().subarray(0, KEY_ID_BYTES);
}
