// Keys as text: which files are keys, and which key it is. Whether a key is sound is for ssh-keygen to say.
import { createHash } from 'node:crypto';

/** A public key, as a line of a `.pub` file has it (sshd(8), AUTHORIZED_KEYS FILE FORMAT). */
export interface PublicKey {
  /** `ssh-ed25519` */
  readonly type: string;
  /** The key itself, in Base64 (RFC 4253, section 6.6). */
  readonly blob: string;
  readonly comment: string;
}

const PRIVATE = /^-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----\r?$/m;
const TYPE = /^(?:ssh-(?:rsa|dss|ed25519|ed448)|ecdsa-sha2-nistp(?:256|384|521)|sk-[a-z0-9-]+@openssh\.com)$/;

export function isPrivateKey(text: string): boolean {
  return PRIVATE.test(text);
}

/** The private key in a text that may hold more, with a line break at its end; undefined if there is none. */
export function privateKeyIn(text: string): string | undefined {
  const block = /-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----\r?\n[^]*?\n-----END \1-----/.exec(text);
  return block === null ? undefined : `${block[0].replaceAll('\r\n', '\n')}\n`;
}

/** The public key in a line; undefined if it holds none, or options before it. */
export function parsePublicKey(line: string): PublicKey | undefined {
  const [type = '', blob = '', ...rest] = line.trim().split(/[ \t]+/);
  if (!TYPE.test(type) || !/^[A-Za-z0-9+/]+={0,2}$/.test(blob)) return undefined;
  // The key repeats its type, as a string with its length.
  const bytes = Buffer.from(blob, 'base64');
  const length = bytes.length < 4 ? 0 : bytes.readUInt32BE(0);
  if (bytes.subarray(4, 4 + length).toString('latin1') !== type) return undefined;
  return { type, blob, comment: rest.join(' ') };
}

/** The only public key in a text; comments and empty lines do not count. */
export function publicKeyIn(text: string): PublicKey | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines.length === 1 ? parsePublicKey(lines[0] ?? '') : undefined;
}

export function lineOf({ type, blob, comment }: PublicKey): string {
  return [type, blob, comment].filter((part) => part !== '').join(' ');
}

/** As ssh-keygen(1) shows it: `SHA256:…`. */
export function fingerprintOf({ blob }: PublicKey): string {
  const digest = createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}
