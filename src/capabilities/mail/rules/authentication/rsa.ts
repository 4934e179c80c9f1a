// RSA keys, which sign mail. node:crypto only computes.
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { badParam } from '../../../../core/errors.ts';

/** Verifiers accept keys of 1024 to 4096 bits; shorter ones than 2048 are too weak for new signatures (RFC 8301). */
const BITS = { least: 1024, good: 2048, most: 4096 };

export interface RsaKey {
  /** PEM, in the form “RSA PRIVATE KEY”, which all mail servers read. */
  readonly privateKey: string;
  /** The public key as DNS has it: SubjectPublicKeyInfo in Base64. */
  readonly publicKey: string;
}

/** Generates a key. It takes a processor a few tenths of a second, in another thread. */
export async function newKey(): Promise<RsaKey> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: BITS.good });
  return keyOf(privateKey);
}

/** Reads a private key in PEM. @throws ApiError `bad_param` */
export function readKey(param: string, pem: string): RsaKey {
  const key = parse(pem);
  if (key?.asymmetricKeyType !== 'rsa') {
    throw badParam(`The parameter “${param}” should be an RSA private key in PEM, without a passphrase.`);
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < BITS.least || bits > BITS.most) {
    throw badParam(
      `The key in the parameter “${param}” has ${bits} bits. A DKIM key has ${BITS.least} to ${BITS.most} bits, ` +
        `best ${BITS.good}.`,
    );
  }
  return keyOf(key);
}

/** True if a public key, in Base64, is so short that ensure_dkim_keys_exist replaces it. */
export function isShort(publicKey: string): boolean {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  return (key.asymmetricKeyDetails?.modulusLength ?? 0) < BITS.good;
}

/** True if the text is an RSA public key as DNS has it. */
export function isPublicKey(base64: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

function parse(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function keyOf(key: KeyObject): RsaKey {
  return {
    privateKey: key.export({ type: 'pkcs1', format: 'pem' }).toString(),
    publicKey: createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64'),
  };
}
