// Time-based one-time passwords (RFC 6238: SHA-1, 6 digits, 30 seconds) and their secrets in Base32 (RFC 4648).
import { NodeCryptoPlugin } from '@otplib/plugin-crypto-node';
import { createGuardrails, generateSync, verifySync } from 'otplib';
import base32 from 'thirty-two';

export const STEP_SECONDS = 30;
/** The lengths of the shortest and longest secrets, in bytes. WHM generates 10 bytes (16 Base32 characters). */
const MIN_SECRET_BYTES = 10;
const MAX_SECRET_BYTES = 64;

const algorithm = {
  algorithm: 'sha1',
  digits: 6,
  period: STEP_SECONDS,
  crypto: new NodeCryptoPlugin(),
  guardrails: createGuardrails({ MIN_SECRET_BYTES, MAX_SECRET_BYTES }),
} as const;

/**
 * Returns a secret in its canonical form: upper case, no spaces, no padding. Undefined unless the text is Base32 of 10
 * to 64 bytes. The alphabet is checked here, because thirty-two decodes any text.
 */
export function parseSecret(text: string): string | undefined {
  const secret = text.replace(/[\s-]/g, '').toUpperCase().replace(/=+$/, '');
  // Whole bytes never result in 1, 3 or 6 characters after a multiple of 8.
  if (!/^[A-Z2-7]{16,103}$/.test(secret) || [1, 3, 6].includes(secret.length % 8)) return undefined;
  return secret;
}

/** @param characters 16 (80 bits) or 32 (160 bits, as RFC 4226 recommends). */
export async function generateSecret(
  characters: 16 | 32,
  randomBytes: (count: number) => Promise<Uint8Array>,
): Promise<string> {
  return base32.encode(Buffer.from(await randomBytes((characters * 5) / 8))).toString('ascii');
}

export function codeAt(secret: string, time: number): string {
  return generateSync({ ...algorithm, secret: decode(secret), epoch: Math.floor(time / 1000) });
}

/**
 * Returns the time step (RFC 6238: T) of a code, within `steps` steps of `time`. Undefined if it matches none. Each
 * comparison takes constant time. Nearer steps come first: nearly every code belongs to the present one.
 */
export function matchingStep(secret: string, code: string, time: number, steps: number): number | undefined {
  const key = { ...algorithm, secret: decode(secret), token: code };
  const present = Math.floor(time / 1000 / STEP_SECONDS);
  const fits = (step: number) => step >= 0 && verifySync({ ...key, epoch: step * STEP_SECONDS }).valid;
  if (fits(present)) return present;
  for (let away = 1; away <= steps; away++) {
    if (fits(present - away)) return present - away;
    if (fits(present + away)) return present + away;
  }
  return undefined;
}

/** Returns the URI in the Key URI Format, which authenticator apps read from a QR code. */
export function otpauthUri(issuer: string, user: string, secret: string): string {
  const encoded = encodeURIComponent(issuer);
  return `otpauth://totp/${encoded}:${encodeURIComponent(user)}?secret=${secret}&issuer=${encoded}`;
}

function decode(secret: string): Uint8Array {
  return base32.decode(secret);
}
