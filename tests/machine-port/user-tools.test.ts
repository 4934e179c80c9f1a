// Passwords that are set together, with a chpasswd(8) that refuses those of some users, and how they are hashed.
import { spawnSync } from 'node:child_process';
import { MachineError } from '../../src/core/machine-error.ts';
import { run as runReally, type Run } from '../../src/machine/linux/run.ts';
import { prepared, setPasswords, type NewPassword } from '../../src/machine/linux/user-tools.ts';

const hash = (name: string) => ({
  name,
  password: Promise.resolve<NewPassword>({ hash: `hash of ${name}` }),
});
const plain = (name: string) => ({
  name,
  password: Promise.resolve<NewPassword>({ password: `word of ${name}` }),
});

/** As chpasswd(8): if it refuses a line, it applies none. */
function chpasswd(refused: readonly string[]) {
  const runs: (readonly string[])[] = [];
  const stored = new Map<string, string>();
  const run: Run = (tool, words, { input = '' } = {}) => {
    runs.push([tool, ...words]);
    const lines = input.split('\n').slice(0, -1);
    const bad = lines.find((line) => refused.some((name) => line.startsWith(`${name}:`)));
    if (bad !== undefined) return Promise.reject(new MachineError('failed', `“chpasswd” refuses ${bad}.`));
    for (const line of lines) stored.set(line.split(':')[0] ?? '', line.split(':')[1] ?? '');
    return Promise.resolve({ status: 0, stdout: '' });
  };
  return { run, runs, stored };
}

test('one run sets the hashes of all users, and another one the passwords that PAM hashes', async () => {
  const { run, runs, stored } = chpasswd([]);
  expect(await setPasswords(run, [hash('bob'), plain('carl'), hash('dan'), hash('erin')])).toEqual(new Map());
  expect(runs).toEqual([['chpasswd', '--encrypted'], ['chpasswd']]);
  expect(Object.fromEntries(stored)).toEqual({
    bob: 'hash of bob',
    carl: 'word of carl',
    dan: 'hash of dan',
    erin: 'hash of erin',
  });
});

test('a user whose password is refused keeps no other from getting one', async () => {
  const { run, stored } = chpasswd(['carl', 'gus']);
  const several = [hash('bob'), hash('carl'), hash('dan'), plain('fay'), plain('gus')];
  const failures = await setPasswords(run, several);
  expect([...failures].map(([name, error]) => [name, (error as Error).message])).toEqual([
    ['carl', '“chpasswd” refuses carl:hash of carl.'],
    ['gus', '“chpasswd” refuses gus:word of gus.'],
  ]);
  expect([...stored.keys()]).toEqual(['bob', 'dan', 'fay']);
});

test('without users, nothing is run', async () => {
  const { run, runs } = chpasswd([]);
  expect(await setPasswords(run, [])).toEqual(new Map());
  expect(runs).toEqual([]);
});

test('one start of perl hashes several passwords, and each gets its own', async () => {
  const inputs: (string | undefined)[] = [];
  const run: Run = (_tool, [, , ...settings], { input } = {}) => {
    inputs.push(input);
    // The last one is no hash, as of a crypt(3) that refuses it.
    const hashes = settings.map((setting, at) => (at === 2 ? '*0' : setting + String(at).repeat(43)));
    return Promise.resolve({ status: 0, stdout: hashes.map((hash) => `${hash}\n`).join('') });
  };
  const [first, second, third] = await prepared(run, ['one', 'two words', 'three']);
  expect(inputs).toEqual(['one\ntwo words\nthree\n']);
  const hashOf = (digit: string): unknown =>
    expect.stringMatching(new RegExp(`^\\$y\\$j9T\\$.{22}\\$${digit}{43}$`));
  expect([first, second, third]).toEqual([
    { hash: hashOf('0') },
    { hash: hashOf('1') },
    { password: 'three' },
  ]);
});

test('if perl fails, PAM hashes the passwords', async () => {
  const run: Run = () => Promise.reject(new MachineError('failed', 'perl is not installed.'));
  expect(await prepared(run, ['one', 'two'])).toEqual([{ password: 'one' }, { password: 'two' }]);
});

test('perl hashes passwords as they are', async () => {
  const passwords = ['one', 'two words', 'ünïcödé ☃', '%s%n$y$'];
  const made = await prepared(runReally, passwords);
  for (const [at, password] of passwords.entries()) {
    const hash = made[at] !== undefined && 'hash' in made[at] ? made[at].hash : '';
    expect(hash).toMatch(/^\$y\$j9T\$/);
    const script = 'binmode STDIN; chomp(my $password = <STDIN>); print crypt($password, $ARGV[0])';
    const input = `${password}\n`;
    expect(spawnSync('perl', ['-e', script, hash], { input, encoding: 'utf8' }).stdout).toBe(hash);
  }
});
