// The life cycle of accounts on a real, throw-away machine. The built program creates, transfers, suspends, renames and
// removes them as root, and the system’s own tools check the result. This machine is not changed.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { program, readAnswer } from '../support/command.ts';
import { describeOnMachine, ThrowAwayMachine } from './throw-away-machine.ts';

// Starting a machine and its tools is slow if this one is busy.
const PASSWORD = `four unusual $(words); \`Xylophone\` :bob: 'é"`;
const NO_QUOTA =
  'The disk limit is stored but not enforced: quotas are off on the file system of the home directories.';

describeOnMachine('accounts on Linux', () => {
  const thisMachine = () => [
    ...['passwd', 'shadow', 'group', 'subuid'].map((file) => readFileSync(`/etc/${file}`, 'utf8')),
    readdirSync('/home'),
  ];
  let before: unknown;
  let machine: ThrowAwayMachine;
  beforeAll(async () => {
    before = thisMachine();
    machine = await ThrowAwayMachine.start();
    writeFileSync(machine.path('/var/lib/password'), `${PASSWORD}\n`, { mode: 0o600 });
  });
  afterAll(async () => {
    await machine.close();
    expect(thisMachine()).toEqual(before);
  });

  const output = async (tool: string, ...words: string[]) => (await machine.run(tool, ...words)).stdout;
  /** The program’s response, and its exit status. */
  const whmapi1 = async (...words: string[]) => {
    const { status, stdout, stderr } = await machine.run(
      process.execPath,
      program,
      '--output=json',
      ...words,
    );
    const { metadata, data } = readAnswer(stdout) ?? {};
    return { status, stderr, metadata, data };
  };
  const succeed = async (...words: string[]) => {
    const answer = await whmapi1(...words);
    expect(answer).toMatchObject({ status: 0, stderr: '', metadata: { result: 1 } });
    return answer;
  };
  const login = (name: string) => machine.run('su', '-s', '/bin/sh', name, '-c', 'id -un; cd; pwd');
  const refused = async (code: string, ...words: string[]) => {
    const { status, metadata } = await whmapi1(...words);
    expect([status, metadata?.error_code]).toEqual([1, code]);
    return metadata?.reason;
  };

  // Each test continues from the state of the previous one.
  test('an account gets a user, a group, a home directory, a shell and its password', async () => {
    await succeed('addpkg', 'name=gold', 'quota=100', 'hasshell=1');
    const create = ['createacct', 'username=bob', 'domain=bob.example', 'plan=gold'];
    const { metadata } = await succeed(...create, '--file', 'password=/var/lib/password');
    expect(metadata).toMatchObject({ reason: 'Account Creation Ok', output: { warnings: [NO_QUOTA] } });
    expect(await output('getent', 'passwd', 'bob')).toBe('bob:x:1000:1000:bob.example:/home/bob:/bin/bash\n');
    expect(await output('id', 'bob')).toBe('uid=1000(bob) gid=1000(bob) groups=1000(bob)\n');
    expect((await login('bob')).stdout).toBe('bob\n/home/bob\n');
    expect(await output('stat', '-c', '%a %U %G', '/home/bob')).toBe('711 bob bob\n');
    expect(await output('ls', '-F', '/home/bob')).toBe(
      'etc/\nlogs/\nmail/\npublic_html/\nssl/\ntmp/\nwelcome.txt\nwww@\n',
    );
    expect(await output('passwd', '-S', 'bob')).toMatch(/^bob P /);
    expect(await machine.users.verifyPassword('bob', PASSWORD)).toBe(true);
    expect(await refused('bad_param', ...create)).toBe(
      'The account “bob” already exists. Choose another name.',
    );
    expect(await refused('bad_param', 'createacct', 'username=games', 'domain=g.example')).toMatch(
      /reserved/,
    );
    // One of this machine’s accounts, which no caller could list.
    expect(
      await refused('bad_param', 'createacct', 'username=hand', 'domain=hand.example', 'homedir=/home/bob'),
    ).toBe('“/home/bob” already exists.');
    expect(readFileSync(machine.path('/var/lib/whmapi1/audit.log'), 'utf8')).not.toContain('Xylophone');
  });

  test('a reseller can do what its privileges allow, with its own accounts', async () => {
    await succeed('setupreseller', 'user=bob');
    await succeed('setacls', 'reseller=bob', 'acl-create-acct=1', 'acl-viewglobalpackages=1', 'acl-passwd=1');
    await succeed('--user=bob', 'createacct', 'username=carl', 'domain=carl.example');
    expect(await output('id', 'carl')).toBe('uid=1001(carl) gid=1001(carl) groups=1001(carl)\n');
    expect(await output('passwd', '-S', 'carl')).toMatch(/^carl L /);
    await succeed('--user=bob', 'passwd', 'user=carl', '--file', 'password=/var/lib/password');
    expect(await output('passwd', '-S', 'carl')).toMatch(/^carl P /);
    expect(await refused('denied', '--user=bob', 'suspendacct', 'user=carl')).toBe(
      'You may not call “suspendacct”. It requires the privilege “suspend-acct”.',
    );
    for (const name of ['bob', 'root', 'none']) {
      expect(
        await refused(
          'denied',
          '--user=bob',
          'passwd',
          `user=${name}`,
          '--file',
          'password=/var/lib/password',
        ),
      ).toBe(`You do not have access to an account named “${name}”.`);
    }
    expect(await refused('denied', '--user=carl', 'version')).toMatch(
      /^Not a reseller: “carl” cannot call functions here\./,
    );
  });

  test('the system itself rejects logins of a suspended account, and accepts them again later', async () => {
    const password = () => machine.users.verifyPassword('bob', PASSWORD);
    const lingering = await machine.linger(1000, false);
    await succeed('suspendacct', 'user=bob', 'reason=unpaid bill');
    const { status, stderr } = await login('bob');
    expect([status, stderr]).toEqual([1, expect.stringContaining('expired')]);
    expect(await output('passwd', '-S', 'bob')).toMatch(/^bob L /);
    expect(await output('chage', '-l', 'bob')).toMatch(/^Account expires\s*: Jan 02, 1970$/m);
    expect(await password()).toBe(false);
    expect((await machine.run('ps', '-o', 'pid=', '-p', String(lingering))).status).toBe(1);
    expect(await refused('denied', '--user=bob', 'version')).toBe('The reseller “bob” is suspended.');

    await succeed('unsuspendacct', 'user=bob');
    expect((await login('bob')).stdout).toBe('bob\n/home/bob\n');
    expect(await output('passwd', '-S', 'bob')).toMatch(/^bob P /);
    expect(await output('chage', '-l', 'bob')).toMatch(/^Account expires\s*: never$/m);
    expect(await password()).toBe(true);
    await succeed('forcepasswordchange', 'users_json={"bob":1}');
    expect(await output('chage', '-l', 'bob')).toMatch(/^Password expires\s*: password must be changed$/m);
  });

  test('a renamed account keeps its files, its ID and its accounts', async () => {
    await machine.run('su', '-s', '/bin/sh', 'carl', '-c', 'echo kept > ~/file');
    await succeed('modifyacct', 'user=carl', 'newuser=charles', 'domain=charles.example', 'HASSHELL=1');
    expect(await output('getent', 'passwd', 'charles')).toBe(
      'charles:x:1001:1001:carl.example:/home/charles:/bin/bash\n',
    );
    expect((await machine.run('getent', 'passwd', 'carl')).status).toBe(2);
    expect((await login('charles')).stdout).toBe('charles\n/home/charles\n');
    expect(await output('cat', '/home/charles/file')).toBe('kept\n');
    await succeed('modifyacct', 'user=bob', 'newuser=robert');
    await succeed('--user=robert', 'passwd', 'user=charles', '--file', 'password=/var/lib/password');
    expect(await output('ls', '/home')).toBe('charles\nrobert\n');
  });

  test('a removed account leaves nothing behind, and its ID is not reused', async () => {
    const { metadata } = await succeed('removeacct', 'username=charles');
    expect(metadata?.reason).toBe('charles account removed');
    for (const database of ['passwd', 'shadow', 'group']) {
      const { status, stdout } = await machine.run('getent', database, 'charles');
      expect([database, status, stdout]).toEqual([database, 2, '']);
    }
    expect(await output('ls', '/home')).toBe('robert\n');
    await machine.run('useradd', '--create-home', 'hand');
    expect(await output('id', '-u', 'hand')).toBe('1001\n');
    await machine.run('usermod', '--uid', '1002', 'hand');
    await succeed('createacct', 'username=dan', 'domain=dan.example');
    expect(await output('id', '-u', 'dan')).toBe('1003\n');
    await succeed('untrack_acct_id', 'uid=1001');
    await succeed('removeacct', 'user=robert');
    expect(await output('ls', '/home')).toBe('dan\nhand\n');
  });

  test('a call that is killed at any moment leaves a complete account or none', async () => {
    const create = [process.execPath, program, 'createacct', 'username=eve', 'domain=eve.example', 'quota=5'];
    const began = Date.now();
    await succeed('createacct', 'username=ann', 'domain=ann.example', 'quota=5');
    const typical = (Date.now() - began) / 1000;
    for (const fraction of [0.4, 0.5, 0.6, 0.7, 0.8, 0.9]) {
      await machine.run('timeout', '--signal=KILL', String(fraction * typical), ...create);
      // A tool that was running then continues without the program.
      const tools =
        'useradd|userdel|usermod|chpasswd|chage|pwconv|grpconv|find|cp|chown|chmod|rm|setquota|quota';
      await machine.run('sh', '-c', `while pgrep -x '${tools}' > /dev/null; do sleep 0.05; done`);
      await succeed('twofactorauth_get_issuer');
      const hasUser = (await machine.run('getent', 'passwd', 'eve')).status === 0;
      const { metadata } = await whmapi1('removeacct', 'username=eve');
      const reason = hasUser ? 'eve account removed' : 'You do not have a user named “eve”.';
      expect([fraction, metadata?.reason, metadata?.output]).toEqual([fraction, reason, undefined]);
      expect(await output('ls', '/home')).toBe('ann\ndan\nhand\n');
    }
  });
});
