// What every machine guarantees about its users and their disk usage, checked in the files that it writes.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type MachineQuota, type MachineUsage, type MachineUsers } from '../../src/core/machine.ts';
import { MachineError } from '../../src/core/machine-error.ts';

export interface Machine {
  readonly users: MachineUsers;
  readonly quota: MachineQuota;
  /** Where this process finds a path of the machine. */
  path(path: string): string;
  close(): Promise<void>;
}

const CRONTABS = '/var/spool/cron/crontabs';
const bob = { name: 'bob', home: '/home/bob', shell: '/bin/sh', comment: 'Bob of bob.example' };
const carl = { ...bob, name: 'carl', home: '/home/carl' };
const today = String(Math.floor(Date.now() / 86_400_000));

/** Fails for a name that is measured twice. */
export async function usagesOf(
  quota: MachineQuota,
  names: readonly string[],
): Promise<Map<string, MachineUsage | MachineError>> {
  const usages = new Map<string, MachineUsage | MachineError>();
  await quota.usages(names, (name, usage) => {
    expect(usages.has(name)).toBe(false);
    usages.set(name, usage);
  });
  return usages;
}

/** The machine has no users with the names of these tests. `firstUid` is the first ID that it assigns. */
export function describeUsers(host: string, firstUid: number, makeMachine: () => Promise<Machine>): void {
  describe(`the users of ${host}`, () => {
    let machine: Machine;
    let users: MachineUsers;

    const lines = (file: string, name: string) =>
      readFileSync(machine.path(`/etc/${file}`), 'utf8')
        .split('\n')
        .filter((line) => line.startsWith(`${name}:`));
    const shadow = (name: string) => lines('shadow', name)[0]?.split(':') ?? [];
    const crontab = (name: string) => machine.path(`${CRONTABS}/${name}`);
    const codeOf = (promise: Promise<unknown>) =>
      promise.then(
        () => 'done',
        (error: unknown) => (error instanceof MachineError ? error.code : String(error)),
      );
    /** Everything about a user, in one text. */
    const state = () => {
      const files = ['passwd', 'shadow', 'group'].map((file) => {
        const path = machine.path(`/etc/${file}`);
        return existsSync(path) ? readFileSync(path, 'utf8') : '';
      });
      return JSON.stringify([
        files,
        existsSync(machine.path('/home')) ? readdirSync(machine.path('/home')) : [],
      ]);
    };

    beforeAll(async () => {
      machine = await makeMachine();
      users = machine.users;
    });
    afterEach(async () => {
      for (const name of ['bob', 'carl']) await users.remove(name);
    });
    afterAll(() => machine.close());

    test('compares a password with a hash of crypt(3), unless that would cost too much', async () => {
      const hashWith = (setting: string) =>
        execFileSync('perl', ['-e', 'print crypt($ARGV[0], $ARGV[1])', 'a password', setting], {
          encoding: 'utf8',
        });
      const bcrypt = '$2b$04$abcdefghijklmnopqrstuu';
      for (const setting of ['$1$salt$', '$5$salt$', '$6$rounds=5000$salt$', '$y$j9T$salt$', bcrypt]) {
        const hash = hashWith(setting);
        const of = (password: string) => users.verifyHash(hash, password);
        expect([setting, await of('a password'), await of('a passwore'), await of('')]).toEqual([
          ...[setting, true, false, false],
        ]);
        for (const locked of [`!${hash}`, setting, '', '*', `${hash}\n`])
          expect([locked, await users.verifyHash(locked, 'a password')]).toEqual([locked, false]);
      }
      const dear = hashWith('$6$salt$').replace('$6$', '$6$rounds=9999999$');
      expect(await users.verifyHash(dear, 'a password')).toBe(false);
    });

    test('creates a user with a group, a home directory from the skeleton and no password', async () => {
      const { usage, ...created } = await users.create(bob);
      expect(created).toEqual({
        name: 'bob',
        uid: firstUid,
        gid: firstUid,
        home: '/home/bob',
        shell: '/bin/sh',
      });
      expect(usage).toEqual(await machine.quota.usage('bob'));
      expect(lines('passwd', 'bob')).toEqual([
        `bob:x:${firstUid}:${firstUid}:Bob of bob.example:/home/bob:/bin/sh`,
      ]);
      expect(lines('shadow', 'bob')).toEqual([`bob:!:${today}:0:99999:7:::`]);
      expect(lines('group', 'bob')).toEqual([`bob:x:${firstUid}:`]);
      expect(lstatSync(machine.path('/home/bob')).mode & 0o7777).toBe(0o711);
      expect(readFileSync(machine.path('/home/bob/welcome.txt'), 'utf8')).toBe('Hello\n');
      expect(await users.find('bob')).toEqual({
        name: 'bob',
        uid: firstUid,
        gid: firstUid,
        home: '/home/bob',
        shell: '/bin/sh',
      });
    });

    test('creates the folders that users of WHM expect, and keeps those that the skeleton has', async () => {
      const modeOf = (path: string) => (lstatSync(machine.path(path)).mode & 0o7777).toString(8);
      const { uid, gid } = await users.create(bob);
      const folders = ['etc', 'logs', 'mail', 'public_html', 'ssl', 'tmp'];
      expect(readdirSync(machine.path('/home/bob'))).toEqual(
        expect.arrayContaining([...folders, 'welcome.txt', 'www']),
      );
      expect(folders.map((name) => `${name} ${modeOf(`/home/bob/${name}`)}`)).toEqual([
        'etc 750',
        'logs 700',
        'mail 750',
        'public_html 750',
        'ssl 700',
        'tmp 700',
      ]);
      expect(readlinkSync(machine.path('/home/bob/www'))).toBe('public_html');
      const owner = lstatSync(machine.path('/home/bob'));
      for (const name of [...folders, 'www', 'welcome.txt']) {
        const stats = lstatSync(machine.path(`/home/bob/${name}`));
        expect([name, stats.uid, stats.gid]).toEqual([name, owner.uid, owner.gid]);
      }
      if (owner.uid !== process.getuid?.()) expect([owner.uid, owner.gid]).toEqual([uid, gid]);

      mkdirSync(machine.path('/etc/skel/public_html'), { mode: 0o755 });
      writeFileSync(machine.path('/etc/skel/public_html/index.html'), 'Soon\n');
      symlinkSync('/nowhere', machine.path('/etc/skel/www'));
      try {
        await users.create(carl);
        expect(readFileSync(machine.path('/home/carl/public_html/index.html'), 'utf8')).toBe('Soon\n');
        expect([modeOf('/home/carl/public_html'), modeOf('/home/carl/mail')]).toEqual(['755', '750']);
        expect(readlinkSync(machine.path('/home/carl/www'))).toBe('/nowhere');
      } finally {
        rmSync(machine.path('/etc/skel/public_html'), { recursive: true });
        rmSync(machine.path('/etc/skel/www'));
      }
    });

    test('makes links that a caller wants, but replaces nothing of the skeleton, and refuses other names', async () => {
      const links = { 'access-logs': '/var/log/bob', 'welcome.txt': '/nowhere' };
      await users.create({ ...bob, links });
      expect(readlinkSync(machine.path('/home/bob/access-logs'))).toBe('/var/log/bob');
      const [link, home] = ['access-logs', ''].map((name) => lstatSync(machine.path(`/home/bob/${name}`)));
      expect([link?.uid, link?.gid]).toEqual([home?.uid, home?.gid]);
      expect(readlinkSync(machine.path('/home/bob/www'))).toBe('public_html');
      expect(readFileSync(machine.path('/home/bob/welcome.txt'), 'utf8')).toBe('Hello\n');
      for (const name of ['../x', 'a/b', '.', '']) {
        const wrong = users.create({ ...carl, links: { [name]: '/nowhere' } });
        await expect(wrong).rejects.toThrow(TypeError);
      }
      expect(await users.find('carl')).toBeUndefined();
    });

    test('undoes a creation completely, and does not change a user with another home directory', async () => {
      const before = state();
      await users.create(bob);
      await users.setPassword('bob', 'a password');
      await users.undoCreate(bob);
      expect(state()).toBe(before);
      await users.undoCreate(bob);
      expect(state()).toBe(before);
      await users.create({ ...bob, home: '/home/other' });
      const other = state();
      await users.undoCreate(bob);
      expect(state()).toBe(other);
    });

    test('removes the home directory of a user that was removed by hand, and no other', async () => {
      const { uid } = await users.create(bob);
      const { uid: other } = await users.create(carl);
      const path = machine.path('/etc/passwd');
      writeFileSync(path, readFileSync(path, 'utf8').replace(/^bob:.*\n/m, ''));
      await users.remove('bob', { home: '/home/carl', uid: other });
      expect(existsSync(machine.path('/home/carl/welcome.txt'))).toBe(true);
      await users.remove('bob');
      expect(existsSync(machine.path('/home/bob/welcome.txt'))).toBe(true);
      await users.remove('bob', { home: '/home/bob', uid });
      expect(existsSync(machine.path('/home/bob'))).toBe(false);
      await users.remove('carl');
      rmSync(machine.path('/home/bob'), { recursive: true, force: true });
      for (const file of ['shadow', 'group', 'gshadow']) {
        const rows = machine.path(`/etc/${file}`);
        if (!existsSync(rows)) continue;
        writeFileSync(rows, readFileSync(rows, 'utf8').replace(/^bob:.*\n/m, ''));
      }
    });

    test('measures and removes a home directory with paths that are longer than the kernel accepts', async () => {
      await users.create(bob);
      const before = await machine.quota.usage('bob');
      // 60 nested folders, each with a name of 200 characters.
      const script =
        '($home, $name) = @ARGV; chdir $home or die; ' +
        'for (1 .. 60) { mkdir $name or die; chdir $name or die } open F, ">", "file" or die';
      execFileSync('perl', ['-e', script, machine.path('/home/bob'), 'd'.repeat(200)]);
      expect((await machine.quota.usage('bob')).inodes).toBe(before.inodes + 61);
      await users.remove('bob');
      expect(existsSync(machine.path('/home/bob'))).toBe(false);
    });

    test('measures many users at once like each one separately, and names those that cannot be measured', async () => {
      await users.create(bob);
      await users.create(carl);
      writeFileSync(machine.path('/home/carl/big'), Buffer.alloc(1024 * 1024, 1));
      linkSync(machine.path('/home/carl/big'), machine.path('/home/carl/second name'));
      symlinkSync('/usr', machine.path('/home/bob/a\tb\nc'));
      const all = await usagesOf(machine.quota, ['bob', 'carl', 'root', 'nobody9', '../x']);
      expect(all.get('bob')).toEqual(await machine.quota.usage('bob'));
      expect(all.get('carl')).toEqual(await machine.quota.usage('carl'));
      const counted = execFileSync('du', ['-s', '--inodes', machine.path('/home/carl')], {
        encoding: 'utf8',
      });
      const blocks = execFileSync('du', ['-s', '-k', machine.path('/home/carl')], { encoding: 'utf8' });
      expect(all.get('carl')).toEqual({ inodes: Number.parseInt(counted), blocks: Number.parseInt(blocks) });
      expect([...all.keys()].sort()).toEqual(['../x', 'bob', 'carl', 'nobody9', 'root']);
      expect((all.get('nobody9') as MachineError).code).toBe('not_found');
    });

    test('assigns the next ID to the next user, or a chosen ID', async () => {
      await users.create({ ...bob, uid: 20_000 });
      expect((await users.create(carl)).uid).toBe(20_001);
      await users.remove('bob');
      expect(await codeOf(users.create({ ...bob, uid: 20_001 }))).toBe('exists');
      expect(await users.find('bob')).toBeUndefined();
      expect(existsSync(machine.path('/home/bob'))).toBe(false);
    });

    test('finds no user if there is none', async () => {
      expect(await users.find('bob')).toBeUndefined();
      expect(await users.find('../bob')).toBeUndefined();
      expect(await users.isSuspended('bob')).toBe(false);
    });

    test('reports that a user exists, and does not change it', async () => {
      await users.create(bob);
      const before = state();
      expect(await codeOf(users.create({ ...bob, home: '/home/other' }))).toBe('exists');
      expect(await codeOf(users.create({ ...carl, home: '/home/bob' }))).toBe('exists');
      expect(state()).toBe(before);
    });

    test('creates no home directory if there is a symbolic link', async () => {
      symlinkSync('/etc', machine.path('/home/bob'));
      const before = state();
      try {
        expect(await codeOf(users.create(bob))).toBe('exists');
        expect(state()).toBe(before);
      } finally {
        rmSync(machine.path('/home/bob'));
      }
    });

    test('removes everything of a user, and ignores a missing one', async () => {
      const before = await users.create(carl).then(state);
      await users.create(bob);
      await users.setPassword('bob', 'a password');
      symlinkSync('/etc', machine.path('/home/bob/link'));
      writeFileSync(crontab('bob'), '* * * * * true\n');
      await users.suspend('bob');
      await users.remove('bob');
      expect(state()).toBe(before);
      expect(readdirSync(machine.path(CRONTABS))).toEqual([]);
      await users.remove('bob');
      expect(state()).toBe(before);
    });

    test('creates a user with a password', async () => {
      await users.create(bob, 'a password');
      expect(await users.verifyPassword('bob', 'a password')).toBe(true);
      await expect(users.create(carl, 'two\nlines')).rejects.toThrow(TypeError);
      expect(await users.find('carl')).toBeUndefined();
    });

    test('accepts its password, and no other', async () => {
      await users.create(bob);
      expect(await users.verifyPassword('bob', '!')).toBe(false);
      for (const password of ['!', 'pass:word ü$`\\"\' ']) {
        await users.setPassword('bob', password);
        expect(await users.verifyPassword('bob', password)).toBe(true);
        expect(await users.verifyPassword('bob', `${password} `)).toBe(false);
      }
      expect(readFileSync(machine.path('/etc/shadow'), 'utf8')).not.toContain('pass:word');
      expect(shadow('bob')[1]).toMatch(/^\$\w+\$[./\w$]+$/);
    });

    test('uses all bytes of a password of 511 bytes', async () => {
      await users.create(bob);
      await users.setPassword('bob', 'p'.repeat(511));
      expect(await users.verifyPassword('bob', 'p'.repeat(511))).toBe(true);
      expect(await users.verifyPassword('bob', `${'p'.repeat(510)}q`)).toBe(false);
    });

    test('sets the shell', async () => {
      await users.create(bob);
      await users.setShell('bob', '/usr/sbin/nologin');
      expect(await users.find('bob')).toMatchObject({ shell: '/usr/sbin/nologin', home: '/home/bob' });
    });

    test('lets a password expire, until a new one is set', async () => {
      await users.create(bob);
      await users.setPassword('bob', 'a password');
      expect(shadow('bob')[2]).toBe(today);
      await users.expirePassword('bob');
      expect(shadow('bob')[2]).toBe('0');
      expect(await users.verifyPassword('bob', 'a password')).toBe(true);
      await users.setPassword('bob', 'a new one');
      expect(shadow('bob')[2]).toBe(today);
    });

    describe('creates a user again', () => {
      const linesOf = (name: string) => ['passwd', 'shadow', 'group'].flatMap((file) => lines(file, name));

      test('with the same IDs and password, and leaves the home and the crontab alone', async () => {
        const { uid, gid } = await users.create(bob, 'a password');
        writeFileSync(machine.path('/home/bob/kept'), 'kept');
        const before = linesOf('bob');
        const login = (await users.logins(['bob', 'carl'])).get('bob');
        expect(login).toEqual({ gid, hash: shadow('bob')[1], crontab: '' });
        await users.undoRecreate({ name: 'bob', uid: uid + 1 });
        expect(linesOf('bob')).toEqual(before);
        await users.undoRecreate({ name: 'bob', uid });
        expect([linesOf('bob'), await users.findById(uid), await users.findGroup(gid)]).toEqual([
          [],
          undefined,
          undefined,
        ]);
        expect(await users.homeOf({ home: '/home/bob', uid })).toBe('own');
        const home = lstatSync(machine.path('/home/bob'));
        // The second time as after an interruption.
        for (let times = 1; times <= 2; times++) {
          await users.recreate({ ...bob, uid, gid }, login?.hash);
          expect(linesOf('bob')).toEqual(before);
        }
        expect(await users.verifyPassword('bob', 'a password')).toBe(true);
        expect((await users.findById(uid))?.name).toBe('bob');
        expect(await users.findGroup(gid)).toBe('bob');
        expect(readFileSync(machine.path('/home/bob/kept'), 'utf8')).toBe('kept');
        const { mode, uid: owner, ino } = lstatSync(machine.path('/home/bob'));
        expect([mode, owner, ino]).toEqual([home.mode, home.uid, home.ino]);
      });

      test('with a new home if it is missing, and without a password if there is none', async () => {
        const { uid, gid } = await users.create(bob);
        await users.undoRecreate({ name: 'bob', uid });
        rmSync(machine.path('/home/bob'), { recursive: true });
        expect(await users.homeOf({ home: '/home/bob', uid })).toBe('missing');
        await users.recreate({ ...bob, uid, gid });
        expect(shadow('bob')[1]).toMatch(/^!/);
        expect(await users.homeOf({ home: '/home/bob', uid })).toBe('own');
        expect(existsSync(machine.path('/home/bob/public_html'))).toBe(true);
        rmSync(machine.path('/home/bob'), { recursive: true });
        await users.makeHome('bob');
        expect(await users.homeOf({ home: '/home/bob', uid })).toBe('own');
      });

      test('unless a name, an ID or the home belongs to somebody else', async () => {
        const { uid, gid } = await users.create(carl);
        const free = uid + 7;
        const before = state();
        const again = (ids: { readonly uid: number; readonly gid: number }) =>
          codeOf(users.recreate({ ...bob, ...ids }, '!'));
        expect(await again({ uid, gid })).toBe('exists');
        expect(await codeOf(users.recreate({ ...carl, uid: free, gid: free }))).toBe('exists');
        expect(state()).toBe(before);
        writeFileSync(machine.path('/home/bob'), 'a file');
        expect(await users.homeOf({ home: '/home/bob', uid: free })).toBe('foreign');
        expect(await again({ uid: free, gid: free })).toBe('failed');
        expect(await users.find('bob')).toBeUndefined();
        expect(readFileSync(machine.path('/home/bob'), 'utf8')).toBe('a file');
        rmSync(machine.path('/home/bob'));
      });
    });

    describe('suspends', () => {
      test('and restores password and crontab, also if it is called repeatedly', async () => {
        await users.create(bob);
        await users.setPassword('bob', 'a password');
        writeFileSync(crontab('bob'), '* * * * * true\n');
        const before = state();
        const [, hash] = shadow('bob');
        await users.unsuspend('bob');
        expect(state()).toBe(before);
        for (const time of ['first', 'second']) {
          await users.suspend('bob');
          expect([time, shadow('bob')[1], shadow('bob')[7]]).toEqual([time, `!${hash}`, '1']);
          expect(readdirSync(machine.path(CRONTABS))).toEqual(['.bob.suspended']);
          expect(await users.isSuspended('bob')).toBe(true);
          expect(await users.verifyPassword('bob', 'a password')).toBe(false);
        }
        for (const time of ['first', 'second']) {
          await users.unsuspend('bob');
          expect([time, state()]).toEqual([time, before]);
          expect(readdirSync(machine.path(CRONTABS))).toEqual(['bob']);
          expect(readFileSync(crontab('bob'), 'utf8')).toBe('* * * * * true\n');
          expect(await users.isSuspended('bob')).toBe(false);
          expect(await users.verifyPassword('bob', 'a password')).toBe(true);
        }
      });

      test('and keeps a password locked that was locked before, and the expiry date', async () => {
        await users.create(bob);
        const path = machine.path('/etc/shadow');
        for (const fields of [
          '!$6$salt$hash:20000:0:99999:7::25000:',
          '!:20000:0:99999:7:::',
          '*:20000:0:99999:7::0:',
        ]) {
          const text = readFileSync(path, 'utf8').replace(/^bob:.*$/m, () => `bob:${fields}`);
          writeFileSync(path, text);
          await users.suspend('bob');
          await users.suspend('bob');
          expect(shadow('bob')[7]).toBe('1');
          await users.unsuspend('bob');
          expect(lines('shadow', 'bob')).toEqual([`bob:${fields}`]);
        }
      });

      test('and makes a password that is set meanwhile work only after the suspension', async () => {
        await users.create(bob);
        await users.suspend('bob');
        await users.setPassword('bob', 'a new one');
        expect(await users.verifyPassword('bob', 'a new one')).toBe(false);
        expect(shadow('bob')[1]).toMatch(/^!\$/);
        expect(await users.isSuspended('bob')).toBe(true);
        await users.unsuspend('bob');
        expect(await users.verifyPassword('bob', 'a new one')).toBe(true);
      });

      test('and keeps the newer crontab', async () => {
        await users.create(bob);
        writeFileSync(crontab('bob'), 'old\n');
        await users.suspend('bob');
        writeFileSync(crontab('bob'), 'new\n');
        await users.unsuspend('bob');
        expect(readdirSync(machine.path(CRONTABS))).toEqual(['bob']);
        expect(readFileSync(crontab('bob'), 'utf8')).toBe('new\n');
      });

      test('and does not suspend a later user of the same name', async () => {
        await users.create(bob);
        await users.suspend('bob');
        await users.remove('bob');
        await users.create(bob);
        expect(await users.isSuspended('bob')).toBe(false);
        expect(shadow('bob')[7]).toBe('');
      });
    });

    describe('renames', () => {
      test('user, group, home directory and crontab; it can be repeated, and the reverse undoes it', async () => {
        await users.create(bob);
        await users.setPassword('bob', 'a password');
        writeFileSync(crontab('bob'), '* * * * * true\n');
        const before = state();
        const uid = (await users.find('bob'))?.uid;
        for (const time of ['first', 'second']) {
          await users.rename(bob, carl);
          expect([time, await users.find('bob')]).toEqual([time, undefined]);
          expect(await users.find('carl')).toEqual({
            name: 'carl',
            uid,
            gid: uid,
            home: '/home/carl',
            shell: '/bin/sh',
          });
          expect(lines('group', 'carl')).toEqual([`carl:x:${uid}:`]);
          expect([...lines('group', 'bob'), ...lines('shadow', 'bob')]).toEqual([]);
          expect(readFileSync(machine.path('/home/carl/welcome.txt'), 'utf8')).toBe('Hello\n');
          expect(existsSync(machine.path('/home/bob'))).toBe(false);
          expect(readdirSync(machine.path(CRONTABS))).toEqual(['carl']);
        }
        expect(await users.verifyPassword('carl', 'a password')).toBe(true);
        for (let time = 0; time < 2; time++) {
          await users.rename(carl, bob);
          expect(state()).toBe(before);
          expect(readdirSync(machine.path(CRONTABS))).toEqual(['bob']);
        }
      });

      test('a suspended user, who stays suspended and can be restored', async () => {
        await users.create(bob);
        await users.setPassword('bob', 'a password');
        await users.suspend('bob');
        await users.rename(bob, carl);
        expect(await users.isSuspended('carl')).toBe(true);
        await users.unsuspend('carl');
        expect(await users.verifyPassword('carl', 'a password')).toBe(true);
        expect(shadow('carl')[7]).toBe('');
      });

      test('no user over another user or home directory', async () => {
        await users.create(bob);
        await users.create(carl);
        const before = state();
        expect(await codeOf(users.rename(bob, carl))).toBe('exists');
        expect(await codeOf(users.rename(bob, { name: 'dan', home: '/home/carl' }))).toBe('exists');
        expect(state()).toBe(before);
      });
    });

    test('fails to change users that do not exist', async () => {
      const before = state();
      const codes = await Promise.all(
        [
          users.rename(bob, carl),
          users.setShell('bob', '/bin/sh'),
          users.setPassword('bob', 'a password'),
          users.expirePassword('bob'),
          users.suspend('bob'),
          users.unsuspend('bob'),
          machine.quota.usage('bob'),
          machine.quota.setLimit('bob', 100),
        ].map(codeOf),
      );
      expect(codes).toEqual(Array(8).fill('not_found'));
      expect(await users.verifyPassword('bob', 'a password')).toBe(false);
      expect(state()).toBe(before);
    });

    test.each(['low', 'away', 'top'])('does not change a system user: %s', async (name) => {
      const [uid, home] =
        { low: [300, '/home/low'], away: [5000, '/srv/away'], top: [5000, '/'] }[name] ?? [];
      const path = machine.path('/etc/passwd');
      const original = existsSync(path) ? readFileSync(path, 'utf8') : '';
      writeFileSync(path, `${original}${name}:x:${uid}:${uid}::${home}:/bin/sh\n`);
      try {
        const before = state();
        const codes = [
          await codeOf(users.remove(name)),
          await codeOf(users.suspend(name)),
          await codeOf(users.setPassword(name, 'a password')),
          await codeOf(users.setShell(name, '/bin/sh')),
          await codeOf(users.rename({ name, home: '/home/low' }, bob)),
        ];
        expect(codes).toEqual(Array(5).fill('not_ours'));
        expect(state()).toBe(before);
      } finally {
        writeFileSync(path, original);
      }
    });

    test.each([
      [
        'name',
        ['', 'root:x', 'Bob', '-bob', '9bob', 'bob;id', '$(id)', '../bob', 'bob\n', 'b\0b', 'b'.repeat(17)],
      ],
      [
        'home',
        ['', '/', '/home', '/home/', '/root', '/home/../etc', '/home/bob/', '/home//bob', '/home/a/b'],
      ],
      [
        'home',
        ['home/bob', '/home/.', '/home/..', '/home/b:b', '/home/b\nb', '/home/-b', '/homebob/b', '//bob'],
      ],
      [
        'shell',
        ['', 'sh', '/bin/../sh', '/bin/sh:', '/bin/sh\n', '/bin/sh -c', '/bin/$(id)', '/', '/bin/\0'],
      ],
      ['comment', ['a:b', 'a\nb', 'a\rb', 'a\0b', 'x'.repeat(257), 'x'.repeat(10_000_000)]],
      ['uid', [0, 999, -1, 1.5, 2 ** 32]],
    ])('creates no user for a hostile %s', async (field, values) => {
      const before = state();
      for (const value of values) {
        await expect(users.create({ ...bob, [field]: value })).rejects.toThrow(TypeError);
      }
      expect(state()).toBe(before);
    });

    test('changes nothing for hostile values', async () => {
      await users.create(bob);
      await users.setPassword('bob', 'a password');
      const before = state();
      for (const password of [
        '',
        'a\nroot:b',
        'a\0b',
        'a\r',
        'x'.repeat(512),
        'ü'.repeat(256),
        '\ud800',
        'x'.repeat(1e7),
      ]) {
        await expect(users.setPassword('bob', password)).rejects.toThrow(TypeError);
      }
      expect(await users.verifyPassword('bob', 'a password\nroot:b')).toBe(false);
      for (const shell of ['', 'sh', '/bin/sh:', '/bin/sh\n']) {
        await expect(users.setShell('bob', shell)).rejects.toThrow(TypeError);
      }
      for (const name of ['', '../bob', '-r', 'bob\n', 'bob:']) {
        await expect(users.remove(name)).rejects.toThrow(TypeError);
        await expect(users.suspend(name)).rejects.toThrow(TypeError);
        await expect(users.setPassword(name, 'a password')).rejects.toThrow(TypeError);
        await expect(users.rename(bob, { name, home: '/home/carl' })).rejects.toThrow(TypeError);
        await expect(machine.quota.usage(name)).rejects.toThrow(TypeError);
      }
      for (const home of ['', '/', '/etc', '/home/../etc']) {
        await expect(users.rename(bob, { name: 'carl', home })).rejects.toThrow(TypeError);
        await expect(users.rename({ name: 'bob', home }, carl)).rejects.toThrow(TypeError);
      }
      for (const limit of [0, -1, 1.5, 2 ** 41]) {
        await expect(machine.quota.setLimit('bob', limit)).rejects.toThrow(TypeError);
      }
      expect(state()).toBe(before);
    });

    test('detects whether a file exists in a home directory, and follows no link', async () => {
      const look = (file: string) => users.hasFile('bob', file);
      expect(await look('.my.cnf')).toBe(false);
      await users.create(bob);
      expect(await look('.my.cnf')).toBe(false);
      writeFileSync(machine.path('/home/bob/.my.cnf'), '[client]\n');
      expect(await look('.my.cnf')).toBe(true);
      expect(await look('.My.cnf')).toBe(false);
      mkdirSync(machine.path('/home/bob/folder'));
      symlinkSync('.my.cnf', machine.path('/home/bob/link'));
      symlinkSync('/nowhere', machine.path('/home/bob/broken'));
      expect(await Promise.all(['folder', 'link', 'broken'].map(look))).toEqual([false, false, false]);
      expect(
        await Promise.all(['root', 'nobody', '../bob'].map((name) => users.hasFile(name, '.my.cnf'))),
      ).toEqual([false, false, false]);
      for (const file of [
        '',
        '.',
        '..',
        '../bob/.my.cnf',
        'a/b',
        '/etc/passwd',
        'a\0',
        'a\n',
        'a'.repeat(256),
      ]) {
        await expect(look(file)).rejects.toThrow(TypeError);
      }
    });

    test('counts nothing for a home directory that is a link or a file, and adds neither to another one', async () => {
      await users.create(bob);
      await users.create(carl);
      const [home, away] = ['/home/carl', '/home/away'].map((path) => machine.path(path)) as [string, string];
      const bobs = await machine.quota.usage('bob');
      renameSync(home, away);
      symlinkSync('bob', home);
      const measure = async () => {
        const usages = await usagesOf(machine.quota, ['bob', 'carl']);
        return [usages.get('bob'), usages.get('carl')];
      };
      expect(await measure()).toEqual([bobs, { blocks: 0, inodes: 0 }]);
      rmSync(home);
      writeFileSync(home, Buffer.alloc(4096, 1));
      expect(await measure()).toEqual([bobs, { blocks: 0, inodes: 0 }]);
      linkSync(home, machine.path('/home/second'));
      expect(await measure()).toEqual([bobs, { blocks: 0, inodes: 0 }]);
      rmSync(machine.path('/home/second'));
      rmSync(home);
      renameSync(away, home);
    });

    test('finds no file in a home directory that is a link', async () => {
      await users.create(bob);
      writeFileSync(machine.path('/home/bob/.my.cnf'), '');
      renameSync(machine.path('/home/bob'), machine.path('/home/away'));
      symlinkSync('away', machine.path('/home/bob'));
      expect(await users.hasFile('bob', '.my.cnf')).toBe(false);
      rmSync(machine.path('/home/bob'));
      renameSync(machine.path('/home/away'), machine.path('/home/bob'));
      expect(await users.hasFile('bob', '.my.cnf')).toBe(true);
    });

    test('measures a home directory, and does not set a limit if it cannot', async () => {
      await users.create(bob);
      const { blocks, inodes } = await machine.quota.usage('bob');
      writeFileSync(machine.path('/home/bob/big'), Buffer.alloc(1024 * 1024, 1));
      symlinkSync('/usr', machine.path('/home/bob/link'));
      expect(await machine.quota.usage('bob')).toEqual({ blocks: blocks + 1024, inodes: inodes + 2 });
      expect(await machine.quota.isEnabled()).toBe(false);
      expect(await codeOf(machine.quota.setLimit('bob', 100))).toBe('no_quota');
    });
  });
}
