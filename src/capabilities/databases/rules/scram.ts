// What PostgreSQL stores instead of a password (RFC 5803, SCRAM-SHA-256). The password itself is never sent to the server,
// whose logs and lists of running statements show what it receives.
import { createHash, createHmac, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { saslprep } from '@mongodb-js/saslprep';

const HASH = 'sha256';
const BYTES = 32;
/** PostgreSQL’s own number. */
const ITERATIONS = 4096;
/** In bytes, as PostgreSQL’s own. */
export const SALT_BYTES = 16;

/** @param salt random. */
export async function scramVerifier(password: string, salt: Uint8Array): Promise<string> {
  const salted = await promisify(pbkdf2)(prepared(password), salt, ITERATIONS, BYTES, HASH);
  const keyed = (text: string) => createHmac(HASH, salted).update(text).digest();
  const storedKey = createHash(HASH).update(keyed('Client Key')).digest('base64');
  const serverKey = keyed('Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${Buffer.from(salt).toString('base64')}$${storedKey}:${serverKey}`;
}

/** As PostgreSQL’s clients do it: a password that SASLprep (RFC 4013) does not allow is taken as it is. */
function prepared(password: string): string {
  try {
    return saslprep(password);
  } catch {
    return password;
  }
}
