// SSH keys of root and of accounts, through the public interface, as files in the home directories of a sandbox.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import { Installation, reseller } from '../support/installation.ts';
import { itWith } from '../support/require-tool.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const ED25519 =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILlxPW20EfQl7QEs5kF8HXG1NRRe6C8qin5xOe9uCFNp bob@example.com';
const OTHER = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAII/SdL22w7n4SVuVzHRFhbUwHKD54uWzoqM0hHdquYBN other';
const PASSPHRASE = 'four unusual words, Xylophone ä';

const folder = (user = 'root') => join(here.state, 'root', user === 'root' ? 'root' : `home/${user}`, '.ssh');
const read = (name: string, user?: string) => readFileSync(join(folder(user), name), 'utf8');
const modeOf = (path: string) => statSync(path).mode & 0o777;
function write(name: string, text: string, user?: string): void {
  mkdirSync(folder(user), { recursive: true, mode: 0o700 });
  writeFileSync(join(folder(user), name), text, { mode: 0o600 });
}

async function ok(command: string, args: Record<string, Json> = {}) {
  const answer = await here.call(command, args);
  expect([answer.metadata.reason, answer.metadata.result]).toEqual([answer.metadata.reason, 1]);
  return answer;
}

async function reasonOf(command: string, args: Record<string, Json>) {
  const { metadata } = await here.call(command, args);
  expect(metadata.result).toBe(0);
  return metadata.reason;
}

const keysOf = async (args: Record<string, Json> = {}) =>
  ((await ok('listsshkeys', args)).data as unknown as { keys: Record<string, Json>[] }).keys;

/** Files that ssh-keygen created, as a user would bring them. */
function madeElsewhere(...words: string[]): { privateKey: string; publicKey: string } {
  const place = mkdtempSync(join(tmpdir(), 'whmapi1-ssh-'));
  try {
    const file = join(place, 'key');
    execFileSync('ssh-keygen', [
      '-q',
      '-t',
      'ed25519',
      '-C',
      'made elsewhere',
      '-a',
      '1',
      ...words,
      '-f',
      file,
    ]);
    return { privateKey: readFileSync(file, 'utf8'), publicKey: readFileSync(`${file}.pub`, 'utf8') };
  } finally {
    rmSync(place, { recursive: true });
  }
}

/** What ssh-keygen reads from a private key with its passphrase. */
const halfOf = (file: string, passphrase: string) =>
  execFileSync('ssh-keygen', ['-y', '-P', passphrase, '-f', file], {
    encoding: 'utf8',
    stdio: 'pipe',
  }).replace(/ ?\n$/, '\n');

const noScratchIsLeft = () => {
  expect(readdirSync(join(here.state, 'root/run/whmapi1-ssh-keys'))).toEqual([]);
};

describe('authorizesshkey', () => {
  it('adds a line for the key, and keeps all others unchanged', async () => {
    const before = '# Mine.\r\nfrom="192.0.2.1" \t' + OTHER + '\n\nnot a key at all';
    write('authorized_keys', before);
    const { data, metadata } = await ok('authorizesshkey', { text: ED25519, authorize: 1 });
    expect(data).toEqual({ authorized: 1, file: '' });
    expect(metadata.reason).toBe('The key can log in as “root”.');
    expect(read('authorized_keys')).toBe(`${before}\n${ED25519}\n`);
    await ok('authorizesshkey', { text: ED25519, authorize: 1 });
    expect(read('authorized_keys')).toBe(`${before}\n${ED25519}\n`);
    await ok('authorizesshkey', { text: ED25519, authorize: 0 });
    expect(read('authorized_keys')).toBe(`${before}\n`);
  });

  it('creates the folder and the file, readable only for the user', async () => {
    await ok('authorizesshkey', { text: ED25519, authorize: 1 });
    expect(modeOf(folder())).toBe(0o700);
    expect(modeOf(join(folder(), 'authorized_keys'))).toBe(0o600);
  });

  it('changes the options of an existing key, and keeps its comment', async () => {
    write('authorized_keys', `command="echo \\"a b\\",c",no-pty ${OTHER}\n${ED25519}\n`);
    await ok('authorizesshkey', {
      text: OTHER.replace(/ other$/, ''),
      authorize: 1,
      options: 'restrict,pty',
    });
    expect(read('authorized_keys')).toBe(`restrict,pty ${OTHER}\n${ED25519}\n`);
    await ok('authorizesshkey', { text: OTHER, authorize: 1 });
    expect(read('authorized_keys')).toBe(`restrict,pty ${OTHER}\n${ED25519}\n`);
    await ok('authorizesshkey', { text: OTHER, authorize: 1, options: '' });
    expect(read('authorized_keys')).toBe(`${OTHER}\n${ED25519}\n`);
  });

  it('accepts the key of a file, for an account', async () => {
    await ok('createacct', { username: 'bob', domain: 'bob.example' });
    write('id_ed25519.pub', `${ED25519}\n`, 'bob');
    await ok('authorizesshkey', { file: 'id_ed25519.pub', authorize: 1, user: 'bob' });
    expect(read('authorized_keys', 'bob')).toBe(`${ED25519}\n`);
    expect(existsSync(folder())).toBe(false);
  });

  it.each<[Record<string, Json>, string]>([
    [{ authorize: 1 }, 'text'],
    [{ text: 'ssh-ed25519 AAAA', authorize: 1 }, 'one public key'],
    [{ text: `no-pty ${ED25519}`, authorize: 1 }, 'without options'],
    [{ text: `${ED25519}\n${OTHER}`, authorize: 1 }, 'one public key'],
    [{ file: 'none.pub', authorize: 1 }, 'no public SSH key “none.pub”'],
    [{ file: '../x', authorize: 1 }, 'a file name'],
    [{ file: '-x', authorize: 1 }, 'a file name'],
    [{ text: ED25519, authorize: 1, options: 'no-ptty' }, 'no-ptty'],
    [{ text: ED25519, authorize: 1, options: 'command="x' }, 'command'],
    [{ text: ED25519, authorize: 1, options: 'no-pty,' }, 'does not know'],
    [{ text: ED25519, authorize: 1, options: 'no-pty ssh-rsa' }, 'does not know'],
    [{ text: ED25519, authorize: 0, options: 'no-pty' }, 'authorize=1'],
    [{ text: ED25519, authorize: 1, user: 'nobody' }, 'nobody'],
  ])('rejects %j', async (args, words) => {
    expect(await reasonOf('authorizesshkey', args)).toContain(words);
    expect(existsSync(folder())).toBe(false);
  });

  it('rejects a text with another key than the file', async () => {
    write('id.pub', `${ED25519}\n`);
    const args = { file: 'id.pub', text: OTHER, authorize: 1 };
    expect(await reasonOf('authorizesshkey', args)).toContain('a different key');
    await ok('authorizesshkey', { ...args, text: ED25519.replace('bob@example.com', 'again') });
  });

  it.each(['authorized_keys', ''])('follows no symbolic link: .ssh/%s', async (name) => {
    const target = join(here.directory, 'target');
    if (name === '') {
      mkdirSync(target);
      mkdirSync(join(folder(), '..'), { recursive: true });
      symlinkSync(target, folder());
    } else {
      writeFileSync(target, 'root:x:0\n');
      mkdirSync(folder(), { recursive: true });
      symlinkSync(target, join(folder(), name));
    }
    expect(await reasonOf('authorizesshkey', { text: ED25519, authorize: 1 })).toContain('symbolic link');
    if (name === '') expect(readdirSync(target)).toEqual([]);
    else expect(readFileSync(target, 'utf8')).toBe('root:x:0\n');
  });

  it('shows the difference in a dry run, and changes nothing', async () => {
    const args = { text: ED25519, authorize: 1 };
    const { metadata } = await here.call('authorizesshkey', args, { dryRun: true });
    expect(metadata.output?.messages).toContain(`+${ED25519}`);
    expect(existsSync(folder())).toBe(false);
  });

  it('is for root', async () => {
    const as = reseller('ann', 'create-acct');
    const { metadata } = await here.call('authorizesshkey', { text: ED25519, authorize: 1 }, { as });
    expect(metadata.error_code).toBe('denied');
  });
});

describe('listsshkeys', () => {
  it('lists only files that contain a key', async () => {
    write('id.pub', `${ED25519}\n`);
    write('id', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n');
    write('authorized_keys', `no-pty ${ED25519}\n`);
    write('known_hosts', `host ${OTHER}\n`);
    write('notes', 'nothing\n');
    const secret = join(here.directory, 'secret');
    writeFileSync(secret, `${OTHER}\n`);
    symlinkSync(secret, join(folder(), 'link.pub'));
    const comment = 'bob@example.com';
    const files = { ctime: expect.any(Number) as number, mtime: expect.any(Number) as number };
    const privateKey = { ...files, file: 'id', private: 1, authorized: 1, comment, text: read('id') };
    const publicKey = { ...files, file: 'id.pub', private: 0, authorized: 1, comment, text: '' };
    expect(await keysOf()).toEqual([privateKey]);
    expect(await keysOf({ private_texts: 0 })).toEqual([{ ...privateKey, text: '' }]);
    expect(await keysOf({ public: 1 })).toEqual([publicKey]);
    expect(await keysOf({ private: 0 })).toEqual([publicKey]);
    expect(await keysOf({ public: 1, private: 1, public_texts: 1 })).toEqual([
      privateKey,
      { ...publicKey, text: `${ED25519}\n` },
    ]);
    expect(await keysOf({ files: 'id.pub', public: 1 })).toEqual([publicKey]);
    const seconds = Math.floor(statSync(join(folder(), 'id')).mtimeMs / 1000);
    expect((await keysOf())[0]).toMatchObject({ mtime: seconds });
  });

  it('returns an empty list if there is no folder, and names a missing key', async () => {
    expect(await keysOf()).toEqual([]);
    expect(await reasonOf('listsshkeys', { files: 'id_rsa' })).toBe('“root” has no SSH key “id_rsa”.');
  });

  itWith(['ssh-keygen'], 'recognises a private key even if no file has its public half', async () => {
    const { privateKey, publicKey } = madeElsewhere('-N', PASSPHRASE);
    write('alone', privateKey);
    write('authorized_keys', publicKey);
    expect(await keysOf()).toMatchObject([{ file: 'alone', authorized: 1, comment: '' }]);
    noScratchIsLeft();
  });
});

describe('deletesshkey', () => {
  it('removes the file, and warns that the key can still log in', async () => {
    write('id.pub', `${ED25519}\n`);
    write('authorized_keys', `${OTHER}\n${ED25519}\n`);
    const { data, metadata } = await ok('deletesshkey', { file: 'id.pub' });
    expect(data).toEqual({ file: 'id.pub' });
    expect(metadata.output?.warnings).toEqual([
      'The key can still log in as “root”: it is in authorized_keys.',
    ]);
    expect(readdirSync(folder())).toEqual(['authorized_keys']);
    expect(read('authorized_keys')).toBe(`${OTHER}\n${ED25519}\n`);
  });

  it('also removes the key from authorized_keys', async () => {
    write('id.pub', `${ED25519}\n`);
    write('authorized_keys', `${OTHER}\nno-pty ${ED25519}\n`);
    await ok('deletesshkey', { file: 'id.pub', leave_authorized: 0 });
    expect(read('authorized_keys')).toBe(`${OTHER}\n`);
    expect(readdirSync(folder())).toEqual(['authorized_keys']);
  });

  it.each(['authorized_keys', 'notes', 'link', 'none'])('rejects %s, which is not a key', async (file) => {
    write('authorized_keys', `${ED25519}\n${OTHER}\n`);
    write('notes', 'nothing\n');
    symlinkSync('notes', join(folder(), 'link'));
    expect(await reasonOf('deletesshkey', { file })).toBe(`“root” has no SSH key “${file}”.`);
    expect(readdirSync(folder())).toEqual(['authorized_keys', 'link', 'notes']);
  });

  it('keeps no copy of a private key', async () => {
    write('id', '-----BEGIN OPENSSH PRIVATE KEY-----\nTHESECRET\n-----END OPENSSH PRIVATE KEY-----\n');
    await ok('deletesshkey', { file: 'id' });
    const all = readdirSync(here.state, { recursive: true, encoding: 'utf8', withFileTypes: true });
    const texts = all
      .filter((one) => one.isFile())
      .map((one) => readFileSync(join(one.parentPath, one.name), 'latin1'));
    expect(texts.length).toBeGreaterThan(1);
    expect(texts.filter((text) => text.includes('THESECRET'))).toEqual([]);
  });
});

describe('generatesshkeypair', () => {
  itWith(['ssh-keygen'], 'creates a pair that ssh-keygen opens with the passphrase', async () => {
    await ok('createacct', { username: 'bob', domain: 'bob.example' });
    const { data } = await ok('generatesshkeypair', {
      ...{ name: 'backup', algorithm: 'ed25519', comment: '-of bob', passphrase: PASSPHRASE, user: 'bob' },
    });
    expect(halfOf(join(folder('bob'), 'backup'), PASSPHRASE)).toBe(read('backup.pub', 'bob'));
    expect(read('backup.pub', 'bob')).toMatch(/^ssh-ed25519 \S+ -of bob\n$/);
    expect(() => halfOf(join(folder('bob'), 'backup'), 'another one')).toThrow();
    const shown = execFileSync('ssh-keygen', ['-l', '-f', join(folder('bob'), 'backup.pub')], {
      encoding: 'utf8',
    });
    expect(data).toEqual({ name: 'backup', fingerprint: shown.split(' ')[1] });
    expect([modeOf(folder('bob')), modeOf(join(folder('bob'), 'backup'))]).toEqual([0o700, 0o600]);
    noScratchIsLeft();
  });

  itWith(['ssh-keygen'], 'creates an RSA key of the requested length, without a passphrase', async () => {
    await ok('generatesshkeypair', { bits: 2048 });
    const shown = execFileSync('ssh-keygen', ['-l', '-f', join(folder(), 'id_rsa')], { encoding: 'utf8' });
    expect(shown).toMatch(/^2048 .*\(RSA\)$/m);
    expect(halfOf(join(folder(), 'id_rsa'), '')).toBe(read('id_rsa.pub'));
  });

  itWith(['ssh-keygen'], 'keeps the existing pair under another name, or fails', async () => {
    const args = { name: 'id', algorithm: 'ed25519' };
    write('id', 'the former one\n');
    expect(await reasonOf('generatesshkeypair', args)).toContain('already has the file “id”');
    expect(readdirSync(folder())).toEqual(['id']);
    await ok('generatesshkeypair', { ...args, abort_on_existing_key: 0 });
    expect(readdirSync(folder())).toEqual(['id', 'id.20260301T120010Z', 'id.pub']);
    expect(read('id.20260301T120010Z')).toBe('the former one\n');
    expect(halfOf(join(folder(), 'id'), '')).toBe(read('id.pub'));
  });

  itWith(['ssh-keygen'], 'shows what it would write in a dry run', async () => {
    const args = { algorithm: 'ed25519' };
    const { data, metadata } = await here.call('generatesshkeypair', args, { dryRun: true });
    expect(data).toEqual({ name: 'id_rsa', fingerprint: null });
    expect(metadata.output?.messages).toContain('Write “/root/.ssh/id_rsa” and “/root/.ssh/id_rsa.pub”.');
    expect(existsSync(folder())).toBe(false);
  });

  it('requires the strength that is set for the passphrases of SSH keys', async () => {
    await ok('setminimumpasswordstrengths', { sshkey: 100 });
    expect(await reasonOf('generatesshkeypair', { passphrase: 'Tr0ub4dor' })).toContain('requires 100');
  });

  it.each<[Record<string, Json>, string]>([
    [{ passphrase: 'secret' }, 'too weak'],
    [{ algorithm: 'dsa' }, 'DSA'],
    [{ algorithm: 'ed25519', bits: 2048 }, 'bits'],
    [{ name: 'authorized_keys' }, 'means something else'],
    [{ name: 'x.pub' }, 'without “.pub”'],
    [{ name: 'a/b' }, 'a file name'],
    [{ user: 'nobody' }, 'nobody'],
  ])('rejects %j', async (args, words) => {
    expect(await reasonOf('generatesshkeypair', args)).toContain(words);
    expect(existsSync(folder())).toBe(false);
  });
});

describe('importsshkey', () => {
  it('stores a public key', async () => {
    await ok('importsshkey', { name: 'bob', key: `# Of Bob.\n${ED25519}\n` });
    expect(readdirSync(folder())).toEqual(['bob.pub']);
    expect(read('bob.pub')).toBe(`${ED25519}\n`);
    expect(await reasonOf('importsshkey', { name: 'bob', key: OTHER })).toContain('already has the file');
    expect(read('bob.pub')).toBe(`${ED25519}\n`);
  });

  itWith(['ssh-keygen'], 'stores a private key unchanged, with its public half', async () => {
    const { privateKey, publicKey } = madeElsewhere('-N', PASSPHRASE);
    const key = privateKey.replaceAll('\n', '\r\n');
    await ok('importsshkey', { name: 'id', key, passphrase: PASSPHRASE });
    expect([read('id'), read('id.pub')]).toEqual([privateKey, publicKey]);
    expect(modeOf(join(folder(), 'id'))).toBe(0o600);
    noScratchIsLeft();
  });

  itWith(['ssh-keygen'], 'accepts only the requested half', async () => {
    const { privateKey, publicKey } = madeElsewhere('-N', '');
    await ok('importsshkey', { name: 'one', key: privateKey, extract_private: 0 });
    await ok('importsshkey', { name: 'two', key: privateKey, extract_public: 0 });
    expect(readdirSync(folder())).toEqual(['one.pub', 'two']);
    expect([read('one.pub'), read('two')]).toEqual([publicKey, privateKey]);
  });

  itWith(['ssh-keygen'], 'reports that the public half was not stored without the passphrase', async () => {
    const { privateKey } = madeElsewhere('-N', PASSPHRASE);
    const { metadata } = await ok('importsshkey', { name: 'id', key: privateKey });
    expect(metadata.output?.warnings).toHaveLength(1);
    expect(readdirSync(folder())).toEqual(['id']);
    const again = { name: 'other', key: privateKey };
    const wrong = 'The passphrase of the private key is wrong or missing.';
    expect(await reasonOf('importsshkey', { ...again, passphrase: 'no' })).toBe(wrong);
    expect(await reasonOf('importsshkey', { ...again, extract_public: 1 })).toBe(wrong);
    expect(readdirSync(folder())).toEqual(['id']);
  });

  itWith(['ssh-keygen'], 'rejects what ssh-keygen cannot read', async () => {
    const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n';
    expect(await reasonOf('importsshkey', { name: 'id', key })).toContain(
      'The private key could not be read',
    );
    const short = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== x';
    expect(await reasonOf('importsshkey', { name: 'id', key: short })).toContain('ssh-keygen refuses it');
    expect(existsSync(folder())).toBe(false);
  });

  it.each<[Record<string, Json>, string]>([
    [{ name: 'id', key: 'rubbish' }, 'should be a private key'],
    [{ name: 'id', key: ED25519, extract_private: 1 }, 'has no private key'],
    [{ name: 'id', key: ED25519, extract_public: 0 }, 'Nothing would be stored'],
    [{ name: 'authorized_keys', key: ED25519 }, 'means something else'],
  ])('rejects %j', async (args, words) => {
    const reason = await reasonOf('importsshkey', args);
    expect(reason).toContain(words);
    expect(reason).not.toContain('rubbish');
    expect(existsSync(folder())).toBe(false);
  });
});

describe('convertopensshtoputty', () => {
  itWith(['ssh-keygen', 'puttygen'], 'returns the key with its passphrase, and stores it', async () => {
    const { privateKey, publicKey } = madeElsewhere('-N', PASSPHRASE);
    write('id', privateKey);
    const args = { file: 'id', passphrase: PASSPHRASE };
    const { data } = await ok('convertopensshtoputty', args);
    const { key } = data as { key: string };
    expect(key).toMatch(/^PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: aes256-cbc\n/);
    expect(read('id.ppk')).toBe(key);
    expect(read('id')).toBe(privateKey);
    expect(modeOf(join(folder(), 'id.ppk'))).toBe(0o600);
    const half = execFileSync('puttygen', [join(folder(), 'id.ppk'), '-L'], { encoding: 'utf8' });
    expect(half).toBe(publicKey);
    expect((await keysOf()).map(({ file }) => file)).toEqual(['id']);
    noScratchIsLeft();
    expect(await reasonOf('convertopensshtoputty', { file: 'id', passphrase: 'no' })).toBe(
      'The passphrase of the private key is wrong or missing.',
    );
  });

  itWith(['ssh-keygen', 'puttygen'], 'does not store it if requested', async () => {
    write('id', madeElsewhere('-N', '').privateKey);
    await ok('convertopensshtoputty', { file: 'id', keep_file: 0 });
    expect(readdirSync(folder())).toEqual(['id']);
  });

  it('rejects a public key', async () => {
    write('id.pub', `${ED25519}\n`);
    expect(await reasonOf('convertopensshtoputty', { file: 'id.pub' })).toContain(
      'no private SSH key “id.pub”',
    );
  });
});

describe('check_remote_ssh_connection', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
  });

  async function serverThatSays(line: string): Promise<number> {
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(line);
    });
    await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
    return (server.address() as AddressInfo).port;
  }

  itWith(['ssh-keyscan'], 'returns how the server identifies itself', async () => {
    const port = await serverThatSays('SSH-2.0-Try_1.0 of a test\r\n');
    const { data } = await ok('check_remote_ssh_connection', { host: '127.0.0.1', port });
    expect(data).toEqual({
      received: 'SSH-2.0-Try_1.0 of a test',
      protocol_versions: ['2.0'],
      server_software: 'Try_1.0',
      comment: 'of a test',
    });
  });

  itWith(['ssh-keyscan'], 'fails if another service responds', async () => {
    const port = await serverThatSays('220 mail.example.com ESMTP\r\n');
    const { metadata } = await here.call('check_remote_ssh_connection', { host: '127.0.0.1', port });
    expect(metadata).toMatchObject({ result: 0, error_code: 'host_failed' });
    expect(metadata.reason).toContain(`No SSH server answered at “127.0.0.1”, port ${port}`);
  });

  it.each(['-oProxyCommand=x', 'a b', 'a;b', '$(x)', '127.0.0.1/24'])('rejects the host %s', async (host) => {
    expect(await reasonOf('check_remote_ssh_connection', { host })).toContain('a hostname or an IP address');
  });
});
