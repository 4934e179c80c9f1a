// Linux on a real, throw-away machine: the contract, and the checks of the system’s own tools. The users and home
// directories of this machine are not changed.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { MachineError } from '../../src/core/machine-error.ts';
import { LinuxQuota } from '../../src/machine/linux/quota.ts';
import { run, type Run } from '../../src/machine/linux/run.ts';
import { builtScript } from '../support/built-script.ts';
import { UserDatabase } from '../../src/machine/linux/user-database.ts';
import { describeOnMachine, ThrowAwayMachine } from './throw-away-machine.ts';
import { describeUsers } from './users.contract.ts';

// Starting machines and their tools is slow if this one is busy.
const isRoot = process.getuid?.() === 0;
// Only root can read the shadow file, and without a machine nothing could change either.
const thisMachine = () =>
  isRoot && [
    ...['passwd', 'shadow', 'group', 'subuid'].map((file) => readFileSync(`/etc/${file}`, 'utf8')),
    readdirSync('/home'),
  ];
const before = thisMachine();
afterAll(() => {
  expect(thisMachine()).toEqual(before);
});

const bob = { name: 'bob', home: '/home/bob', shell: '/bin/sh', comment: 'Bob' };
const carl = { ...bob, name: 'carl', home: '/home/carl' };

const toolStarter = builtScript('src/machine/linux/starter.ts');

// In the server, another process starts the tools. The tests below that start them directly show that this works too.
describeOnMachine('Linux', () => {
  describeUsers('Linux', 1000, () => ThrowAwayMachine.start(toolStarter.path));
});

test.each([
  ['few', ['root', 'daemon', 'nosuch', 'Not a name']],
  ['many', ['root', 'daemon', 'nosuch', 'nosuch2', 'nosuch3', '0']],
  ['no', []],
])('%s users of the system are found by name, each as it is', async (_count, names) => {
  const found = await new UserDatabase(run).findAll(names);
  expect([...found.values()].map(({ name, uid }) => [name, uid])).toEqual(
    names.length === 0
      ? []
      : [
          ['root', 0],
          ['daemon', 1],
        ],
  );
});

describeOnMachine('on Linux', () => {
  let machine: ThrowAwayMachine;
  const output = async (tool: string, ...words: string[]) => (await machine.run(tool, ...words)).stdout;

  beforeAll(async () => {
    machine = await ThrowAwayMachine.start();
  });
  beforeEach(async () => {
    await machine.users.create(bob);
    await machine.users.setPassword('bob', 'a password');
  });
  afterEach(async () => {
    for (const name of ['bob', 'carl']) await machine.users.remove(name);
  });
  afterAll(() => machine.close());

  test('the system knows a new user, its group and its home directory', async () => {
    expect(await output('getent', 'passwd', 'bob')).toBe('bob:x:1000:1000:Bob:/home/bob:/bin/sh\n');
    expect(await output('id', 'bob')).toBe('uid=1000(bob) gid=1000(bob) groups=1000(bob)\n');
    expect(await output('su', '-s', '/bin/sh', 'bob', '-c', 'id -un; cd; pwd')).toBe('bob\n/home/bob\n');
    expect(await output('stat', '-c', '%a %U %G', '/home/bob')).toBe('711 bob bob\n');
    expect(await output('stat', '-c', '%U %G', '/home/bob/welcome.txt')).toBe('bob bob\n');
    expect(await output('passwd', '-S', 'bob')).toMatch(/^bob P /);
    expect(readFileSync(machine.path('/etc/subuid'), 'utf8')).not.toContain('bob');
  });

  test('the system rejects a suspended user, and accepts it afterwards', async () => {
    expect((await machine.run('su', '-s', '/bin/sh', 'bob', '-c', 'true')).status).toBe(0);
    await machine.users.suspend('bob');
    expect(await output('passwd', '-S', 'bob')).toMatch(/^bob L /);
    expect(await output('chage', '-l', 'bob')).toMatch(/^Account expires\s*: Jan 02, 1970$/m);
    const refused = await machine.run('su', '-s', '/bin/sh', 'bob', '-c', 'true');
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('expired')]);
    await machine.users.unsuspend('bob');
    expect(await output('passwd', '-S', 'bob')).toMatch(/^bob P /);
    expect(await output('chage', '-l', 'bob')).toMatch(/^Account expires\s*: never$/m);
    expect((await machine.run('su', '-s', '/bin/sh', 'bob', '-c', 'true')).status).toBe(0);
  });

  test('a full disk keeps a user from being locked, but its processes end, so that they cannot fill what is freed', async () => {
    const writer = await machine.linger(1000, true);
    const folder = '/var/lib/whmapi1/suspended';
    const full = `mkdir -p ${folder} && mount -t tmpfs -o size=4096,mode=0700 tmpfs ${folder} && ! yes >${folder}/filler 2>/dev/null`;
    expect(await machine.run('sh', '-c', full)).toMatchObject({ status: 0 });
    try {
      await expect(machine.users.suspend('bob')).rejects.toMatchObject({
        code: 'full',
        message: expect.stringMatching(/The disk is full\..* The processes of “bob” were ended\.$/) as string,
      });
      expect((await machine.run('ps', '-o', 'pid=', '-p', String(writer))).status).not.toBe(0);
      expect(await output('passwd', '-S', 'bob')).toMatch(/^bob P /);
    } finally {
      await machine.run('umount', folder);
    }
  });

  test('the system requires a new password once it expired', async () => {
    await machine.users.expirePassword('bob');
    expect(await output('chage', '-l', 'bob')).toMatch(/^Password expires\s*: password must be changed$/m);
  });

  test('suspending, renaming and removing end the processes of the user, and of nobody else', async () => {
    await machine.users.create(carl);
    const others = await machine.linger(1001, false);
    const isAlive = async (id: number) =>
      (await machine.run('ps', '-o', 'pid=', '-p', String(id))).status === 0;
    const [meek, stubborn] = [await machine.linger(1000, false), await machine.linger(1000, true)];
    await machine.users.suspend('bob');
    expect([await isAlive(meek), await isAlive(stubborn), await isAlive(others)]).toEqual([
      false,
      false,
      true,
    ]);
    const renamed = await machine.linger(1000, false);
    await machine.users.rename(bob, { name: 'dan', home: '/home/dan' });
    expect([await isAlive(renamed), await isAlive(others)]).toEqual([false, true]);
    const last = await machine.linger(1000, false);
    await machine.users.remove('dan');
    expect([await isAlive(last), await isAlive(others)]).toEqual([false, true]);
    expect((await machine.run('getent', 'passwd', 'dan')).status).toBe(2);
    expect((await machine.run('getent', 'group', 'dan')).status).toBe(2);
  });

  test('a removed user’s group is removed even if it has other members', async () => {
    await machine.users.create(carl);
    await machine.run('usermod', '-aG', 'bob', 'carl');
    await machine.users.remove('bob');
    expect((await machine.run('getent', 'group', 'bob')).status).toBe(2);
    expect((await machine.users.create(bob)).name).toBe('bob');
  });

  test('a home directory that is a link or somebody else’s is kept when its user is removed', async () => {
    await machine.run('rm', '-r', '/home/bob');
    await machine.run('mkdir', '-p', '/var/lib/precious/file');
    await machine.run('ln', '-s', '/var/lib/precious', '/home/bob');
    await machine.users.remove('bob');
    expect(await output('ls', '/var/lib/precious')).toBe('file\n');
    await machine.run('rm', '/home/bob');
    await machine.users.create(bob);
    await machine.run('chown', 'root', '/home/bob');
    await machine.users.remove('bob');
    expect(await output('ls', '/home/bob')).toContain('welcome.txt\n');
    await machine.run('rm', '-r', '/home/bob');
  });

  test('a renaming that was interrupted after it moved home and group can be continued and undone', async () => {
    const cutShort = async () => {
      await machine.run('mv', '/home/bob', '/home/carl');
      await machine.run('groupmod', '--new-name', 'carl', 'bob');
    };
    await cutShort();
    await machine.users.rename(carl, bob);
    expect(await output('id', 'bob')).toBe('uid=1000(bob) gid=1000(bob) groups=1000(bob)\n');
    expect(await output('ls', '/home')).toBe('bob\n');
    await cutShort();
    await machine.users.rename(bob, carl);
    expect(await output('id', 'carl')).toBe('uid=1000(carl) gid=1000(carl) groups=1000(carl)\n');
    expect(await output('ls', '/home')).toBe('carl\n');
  });

  test('if several calls create the same user at once, one succeeds, and the others get an error', async () => {
    const creations = Array.from({ length: 5 }, () =>
      machine.users.create(carl).then(
        () => 'done',
        (error: unknown) => (error as MachineError).code,
      ),
    );
    expect((await Promise.all(creations)).sort()).toEqual(['done', 'exists', 'exists', 'exists', 'exists']);
    expect(await output('id', 'carl')).toBe('uid=1001(carl) gid=1001(carl) groups=1001(carl)\n');
    expect(await output('ls', '/home')).toBe('bob\ncarl\n');
    expect(await output('grep', '-c', '^carl:', '/etc/passwd')).toBe('1\n');
  });

  test('a user whose password the system rejects is not created', async () => {
    const before = readFileSync(machine.path('/etc/pam.d/chpasswd'), 'utf8');
    writeFileSync(machine.path('/etc/pam.d/chpasswd'), 'password required pam_deny.so\n');
    try {
      await expect(machine.users.create(carl, 'a password')).rejects.toThrow(/^“chpasswd” failed: /);
    } finally {
      writeFileSync(machine.path('/etc/pam.d/chpasswd'), before);
    }
    expect(await machine.users.find('carl')).toBeUndefined();
    expect(await output('ls', '--almost-all', '/home')).toBe('bob\n');
  });

  describe('a new password', () => {
    const chpasswd = '/usr/sbin/chpasswd';
    const [rules, defaults] = ['/etc/pam.d/common-password', '/etc/login.defs'];
    const original = new Map<string, string>();
    const change = (file: string, to: (text: string) => string) => {
      writeFileSync(machine.path(file), to(original.get(file) ?? ''));
    };
    /** Each call of chpasswd and perl: whether it has the lock of the users, and its words. */
    const calls = () => readFileSync(machine.path('/var/lib/calls'), 'utf8').split('\n').slice(0, -1);
    const hashOf = async (name: string) => (await output('getent', 'shadow', name)).split(':')[1] ?? '';

    beforeAll(async () => {
      for (const file of [rules, defaults]) original.set(file, readFileSync(machine.path(file), 'utf8'));
      for (const tool of [chpasswd, '/usr/bin/perl']) {
        const real = `/var/lib/real-${basename(tool)}`;
        const lines = [
          '#!/bin/sh',
          '[ -e /proc/$$/fd/3 ] && lock=locked || lock=free',
          `printf '%s\\n' "$lock ${basename(tool)} $*" >>/var/lib/calls`,
          `exec ${real} "$@"`,
        ];
        writeFileSync(machine.path(`${real}.sh`), `${lines.join('\n')}\n`, { mode: 0o755 });
        await machine.run('cp', tool, real);
        await machine.run('mount', '--bind', `${real}.sh`, tool);
      }
    });
    beforeEach(() => writeFileSync(machine.path('/var/lib/calls'), ''));
    afterEach(() => {
      for (const file of original.keys()) change(file, (text) => text);
    });
    afterAll(async () => {
      for (const tool of [chpasswd, '/usr/bin/perl']) await machine.run('umount', tool);
    });

    test('is hashed before the lock, as PAM does it, and is in no arguments', async () => {
      const secret = `Grüße $(words) \`x\` "' :bob: 100% \\`;
      await machine.users.create(carl, secret);
      await machine.users.setPassword('bob', `${secret}2`);
      const hashes = [await hashOf('carl'), await hashOf('bob')];
      const settings = hashes.map((hash) => hash.slice(0, hash.lastIndexOf('$') + 1));
      const sorted = (lines: readonly string[]) => [...lines].sort();
      expect(sorted(calls().map((line) => line.replace(/-e .* /, '')))).toEqual(
        sorted([
          ...settings.map((setting) => `free perl ${setting}`),
          ...['locked chpasswd --encrypted', 'locked chpasswd --encrypted'],
        ]),
      );
      expect(calls().join()).not.toContain('words');
      expect(await machine.users.verifyPassword('carl', secret)).toBe(true);
      expect(await machine.users.verifyPassword('bob', `${secret}2`)).toBe(true);
      expect(await machine.users.verifyPassword('bob', secret)).toBe(false);
      const day = String(Math.floor(Date.now() / 86_400_000));
      expect((await output('getent', 'shadow', 'carl')).split(':')[2]).toBe(day);
      // PAM’s own hash has the same form.
      await machine.run('sh', '-c', 'echo bob:other | chpasswd');
      const form = /^\$y\$j9T\$[./0-9A-Za-z]{22}\$[./0-9A-Za-z]{43}$/;
      for (const hash of [...hashes, await hashOf('bob')]) expect(hash).toMatch(form);
    });

    test.each([
      [rules, 'another module', (text: string) => `password optional pam_permit.so\n${text}`, /^\$y\$j9T\$/],
      [
        rules,
        'another method',
        (text: string) => text.replace('obscure yescrypt', 'obscure sha512'),
        /^\$6\$/,
      ],
      [defaults, 'another cost', (text: string) => `${text}\nYESCRYPT_COST_FACTOR 6\n`, /^\$y\$jAT\$/],
    ])('is hashed by PAM if %s has %s', async (file, _what, to, form) => {
      change(file, to);
      await machine.users.setPassword('bob', 'another password');
      expect(calls()).toEqual(['locked chpasswd ']);
      expect(await hashOf('bob')).toMatch(form);
      expect(await machine.users.verifyPassword('bob', 'another password')).toBe(true);
    });
  });

  test('users that are created at once get their own homes and passwords, and one that is refused stops none', async () => {
    const names = Array.from({ length: 12 }, (_, at) => `user${at}`);
    const create = (name: string, home = `/home/${name}`) =>
      machine.users.create({ ...carl, name, home }, `the password of ${name}`).then(
        ({ uid }) => uid,
        (error: unknown) => (error as MachineError).code,
      );
    const uids = await Promise.all([
      ...names.map((name) => create(name)),
      create('bob'),
      create('dan', '/home/user1'),
    ]);
    expect(uids.splice(names.length)).toEqual(['exists', 'exists']);
    expect(new Set(uids).size).toBe(names.length);
    for (const [at, name] of names.entries()) {
      const id = `uid=${uids[at]}(${name}) gid=${uids[at]}(${name}) groups=${uids[at]}(${name})\n`;
      expect(await output('id', name)).toBe(id);
      expect(await output('stat', '-c', '%a %U %G', `/home/${name}`)).toBe(`711 ${name} ${name}\n`);
    }
    for (const name of names.slice(0, 3)) {
      const passwords = [`the password of ${name}`, 'the password of bob'];
      const verify = (password: string) => machine.users.verifyPassword(name, password);
      expect(await Promise.all(passwords.map(verify))).toEqual([true, false]);
    }
    expect(await machine.users.verifyPassword('bob', 'a password')).toBe(true);
    expect((await machine.run('getent', 'passwd', 'dan')).status).toBe(2);
    for (const name of names) await machine.users.remove(name);
    expect(await output('ls', '-A', '/home')).toBe('bob\n');
  });

  test('of two simultaneous suspensions, neither records the changes of the other', async () => {
    await Promise.all([machine.users.suspend('bob'), machine.users.suspend('bob')]);
    await machine.users.unsuspend('bob');
    expect(await machine.users.verifyPassword('bob', 'a password')).toBe(true);
    expect(await output('chage', '-l', 'bob')).toMatch(/^Account expires\s*: never$/m);
  });
});

describe('a tool', () => {
  test('that fails is reported with the first line of its error message, and nothing of its input', async () => {
    await expect(run('chpasswd', ['--no-such-option'], { input: 'bob:secret\n' })).rejects.toThrow(
      /^“chpasswd” failed: chpasswd: unrecognized option '--no-such-option'$/,
    );
    await expect(run('sh', ['-c', 'echo first >&2; echo second >&2; exit 3'])).rejects.toThrow(
      '“sh” failed: first',
    );
    await expect(run('false', [])).rejects.toThrow('“false” failed with status 1.');
  });

  test('that is missing or takes too long is reported', async () => {
    await expect(run('no-such-tool', [])).rejects.toThrow('“no-such-tool” is not installed.');
    await expect(run('sleep', ['5'], { limitMs: 50 })).rejects.toThrow(
      '“sleep” took too long and was stopped.',
    );
  });

  test('is not waited for once it has reported success', async () => {
    const words = ['-c', 'echo loaded; exec sleep 600'];
    expect(await run('sh', words, { until: /^loaded\n/, limitMs: 300_000 })).toMatchObject({
      status: 0,
      stdout: 'loaded\n',
    });
    await expect(run('sh', ['-c', 'echo loading; exit 3'], { until: /^loaded\n/ })).rejects.toThrow(
      'status 3',
    );
  });

  test('gets nothing of this process’s environment, and no shell', async () => {
    const { stdout } = await run('env', []);
    expect(stdout.trim().split('\n').sort()).toEqual(['LC_ALL=C', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin']);
    expect((await run('printf', ['%s|', '$(id)', '; id', '`id`'])).stdout).toBe('$(id)|; id|`id`|');
  });
});

describe('quota tools', () => {
  const user = { name: 'bob', uid: 1000, gid: 1000, home: '/home/bob', shell: '/bin/sh' };
  let commands: string[];
  let answers: Record<string, { status?: number; stdout: string }>;
  const pretended: Run = async (tool, words) => {
    commands.push([tool, ...words].join(' '));
    return { status: 127, stdout: '', ...answers[tool] };
  };
  const quota = () => {
    const users = { find: async () => user } as unknown as ThrowAwayMachine['users'];
    return new LinuxQuota(pretended, users, ['/home'], async () => ['/', '/home']);
  };

  beforeEach(() => {
    commands = [];
    answers = {
      quotaon: { status: 1, stdout: 'user quota on /home (/dev/sdb1) is on (enforced)\n' },
      setquota: { status: 0, stdout: '' },
      quota: {
        status: 1,
        stdout:
          'Disk quotas for user bob (uid 1000): \n' +
          '     Filesystem  blocks   quota   limit   grace   files   quota   limit   grace\n' +
          '/ 12 0 0 0 3 0 0 0\n' +
          '          /home    2048*   2048    2048       0      17       0       0       0\n',
      },
    };
  });

  test('set a limit in blocks of 1024 bytes, and remove it', async () => {
    expect(await quota().isEnabled()).toBe(true);
    await quota().setLimit('bob', 100);
    await quota().setLimit('bob', null);
    expect(commands.filter((command) => command.startsWith('setquota'))).toEqual([
      'setquota -u -- bob 102400 102400 0 0 /home',
      'setquota -u -- bob 0 0 0 0 /home',
    ]);
  });

  test('return the usage, also above the limit', async () => {
    expect(await quota().usage('bob')).toEqual({ blocks: 2048, inodes: 17 });
    expect(commands.some((command) => command.startsWith('du '))).toBe(false);
  });

  test.each([
    ['user quota on /home (/dev/sdb1) is off\n', false],
    ['group quota on /home (/dev/sdb1) is on\n', false],
    ['user quota on /home (/dev/sdb1) is on (accounting)\n', false],
    ['user quota on /home (/dev/sdb1) is on\n', true],
    ['', false],
  ])('with the output %j have quotas enabled: %p', async (stdout, isEnabled) => {
    answers.quotaon = { stdout };
    expect(await quota().isEnabled()).toBe(isEnabled);
  });

  test('are asked once by all calls that wait, and again by a later call', async () => {
    const one = quota();
    const asked = Array.from({ length: 6 }, () => one.isEnabled());
    expect(await Promise.all(asked)).toEqual(Array(6).fill(true));
    const looks = commands.length;
    expect(looks).toBeLessThan(6);
    answers.quotaon = { stdout: 'user quota on /home (/dev/sdb1) is off\n' };
    expect(await one.isEnabled()).toBe(false);
    expect(commands).toHaveLength(looks + 1);
  });
});
