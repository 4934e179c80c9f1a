// ssh-keygen(1), puttygen(1) and ssh-keyscan(1). Passphrases go to their standard input: no process list shows them, and no
// file has them. Both generators read them there because they have no terminal.
import { badParam } from '../../../../core/errors.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import { parsePublicKey, publicKeyIn, type PublicKey } from './keys.ts';
import { PRIVATE_FILE, TOOLS, withScratch, type Scratch, type Work } from './scratch.ts';

export interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: PublicKey;
}

export interface NewPair {
  readonly type: 'rsa' | 'ed25519';
  /** Only for RSA. */
  readonly bits?: number | undefined;
  readonly comment: string;
  /** Empty for none. */
  readonly passphrase: string;
}

/** One of 16,384 bits takes minutes; ours have 4096 at most. */
const GENERATE_LIMIT_MS = 120_000;
const SCAN_SECONDS = 10;

/** @throws MachineError `failed` with what ssh-keygen says. */
export async function generatePair(
  work: Work,
  { type, bits, comment, passphrase }: NewPair,
): Promise<KeyPair> {
  return withScratch(work, async ({ files, tools, path }) => {
    const size = bits === undefined ? [] : ['-b', String(bits)];
    const words = ['-q', '-t', type, ...size, '-C', comment, '-f', { path: path() }];
    // It asks twice.
    const input = `${passphrase}\n${passphrase}\n`;
    await tools.run('ssh-keygen', words, { input, limitMs: GENERATE_LIMIT_MS });
    const privateKey = await files.readText(path());
    const publicKey = publicKeyIn((await files.readText(path('.pub'))) ?? '');
    if (privateKey !== undefined && publicKey !== undefined) return { privateKey, publicKey };
    throw new MachineError('failed', '“ssh-keygen” ended without writing the keys.');
  });
}

/**
 * The public half of a private key.
 * @throws ApiError `bad_param` with what ssh-keygen says: the passphrase is wrong, or this is no private key.
 */
export async function publicHalfOf(work: Work, privateKey: string, passphrase: string): Promise<PublicKey> {
  return withKeyFile(work, privateKey, async ({ tools, path }) => {
    const { status, stdout, stderr } = await tools.run('ssh-keygen', ['-y', '-f', { path: path() }], {
      input: `${passphrase}\n`,
      accept: [0, 1, 255],
    });
    const found = status === 0 ? parsePublicKey(stdout) : undefined;
    if (found !== undefined) return found;
    throw badParam(refusal(stderr));
  });
}

/**
 * The fingerprint of a key of either kind, `SHA256:…`. Of a private key with a passphrase, only OpenSSH's own format tells
 * it. Undefined if ssh-keygen cannot tell it.
 */
export async function fingerprintBy(work: Work, key: string): Promise<string | undefined> {
  return withKeyFile(work, key, async ({ tools, path }) => {
    const words = ['-l', '-E', 'sha256', '-f', { path: path() }];
    const { stdout } = await tools.run('ssh-keygen', words, { accept: [0, 1, 255] });
    return /^\d+ (SHA256:[A-Za-z0-9+/]{43}) /m.exec(stdout)?.[1];
  });
}

/** In PuTTY's format (PPK version 3), with the same passphrase. @throws ApiError `bad_param` with what puttygen says. */
export async function toPutty(work: Work, privateKey: string, passphrase: string): Promise<string> {
  return withKeyFile(work, privateKey, async ({ files, tools, path }) => {
    const words = [{ path: path() }, '-q', '-O', 'private', '-o', { path: path('.ppk') }];
    const { status, stderr } = await tools.run('puttygen', words, {
      input: `${passphrase}\n`,
      accept: [0, 1],
    });
    const converted = status === 0 ? await files.readText(path('.ppk')) : undefined;
    if (converted !== undefined) return converted;
    throw badParam(refusal(stderr));
  });
}

export async function hasTool({ machine }: Work, name: 'ssh-keygen' | 'puttygen'): Promise<boolean> {
  return (await machine.tools(TOOLS)).has(name);
}

/**
 * What an SSH server says first (RFC 4253, section 4.2): `SSH-2.0-OpenSSH_10.0p2 Debian-7`. Undefined if none answers within
 * ten seconds.
 */
export async function bannerOf({ machine }: Work, host: string, port: number): Promise<string | undefined> {
  const tools = await machine.tools(TOOLS);
  const words = ['-T', String(SCAN_SECONDS), '-t', 'ed25519', '-p', String(port), '--', host];
  const { stdout, stderr } = await tools.run('ssh-keyscan', words, {
    accept: [0, 1, 255],
    limitMs: 3 * SCAN_SECONDS * 1000,
  });
  return /^# \S+ (SSH-[^\r\n]+)/m.exec(`${stdout}\n${stderr}`)?.[1];
}

async function withKeyFile<T>(work: Work, key: string, use: (scratch: Scratch) => Promise<T>): Promise<T> {
  return withScratch(work, async (scratch) => {
    await scratch.files.write(scratch.path(), key, PRIVATE_FILE);
    return use(scratch);
  });
}

/** Without the path of a file that nobody knows. */
function refusal(stderr: string): string {
  if (/incorrect passphrase|decryption check failed|wrong passphrase/i.test(stderr)) {
    return 'The passphrase of the private key is wrong or missing.';
  }
  const said =
    stderr
      .replaceAll(/"[^"]*"|`[^']*'|\/\S+/g, 'the key')
      .trim()
      .split('\n')
      .at(-1) ?? '';
  return `The private key could not be read: ${said === '' ? 'the tool did not say why' : said}.`;
}
