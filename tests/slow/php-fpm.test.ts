// Pools on a real PHP-FPM.
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import type { LockingWork } from '../../src/ground/driver/each-account.ts';
import type { DriverMachine } from '../../src/ground/driver/step.ts';
import { confirmPools, endForgottenWaiting } from '../../src/capabilities/php/driver/php-pools/confirm.ts';
import type { Machine } from '../../src/core/machine.ts';
import { waitingFolder } from '../../src/capabilities/php/driver/php-pools/waiting.ts';
import { configurePhp } from '../../src/capabilities/php/driver/php-pools/prepare.ts';
import { reloadsOf } from '../../src/ground/driver/reloads.ts';
import { poolSteps, type AccountPools } from '../../src/capabilities/php/driver/php-pools/driver.ts';
import { examinePools } from '../../src/capabilities/php/driver/php-pools/examine.ts';
import { refusalsOf } from '../../src/capabilities/php/driver/php-pools/refusal.ts';
import { reload } from '../../src/capabilities/php/driver/php-pools/control.ts';
import { isAccepted } from '../../src/capabilities/php/driver/php-pools/accepted.ts';
import { baseSocket, mainFile, processFile } from '../../src/capabilities/php/driver/php-pools/places.ts';
import changePools from '../../src/capabilities/php/driver/php-pools/steps/change.ts';
import { assertRemovable } from '../../src/capabilities/php/driver/php-pools/steps/remove.ts';
import { setPoolsAside } from '../../src/capabilities/php/driver/php-pools/set-aside.ts';
import { sandboxMachine } from '../../src/machine/choose.ts';
import { kernel } from '../../src/machine/kernel/kernel.ts';
import type { Pool } from '../../src/capabilities/php/rules/pools.ts';
import { socketOf } from '../../src/capabilities/php/rules/sockets.ts';
import { PrivateFpm } from '../support/private-fpm.ts';
import { isMissing } from '../support/require-tool.ts';
import { until } from '../support/until.ts';

/** Users that Debian always has stand for accounts. */
const UIDS = { games: 5, news: 9, proxy: 13 };
type User = keyof typeof UIDS;

const isPossible = !isMissing('php-fpm8.4') && process.getuid?.() === 0;

(isPossible ? describe : describe.skip)('pools on PHP-FPM (as root)', () => {
  let fpm: PrivateFpm;
  beforeEach(async () => {
    fpm = new PrivateFpm();
    // Users other than root must reach their files.
    spawnSync('chmod', ['711', fpm.folder]);
    await fpm.start();
  });
  afterEach(() => fpm.close());

  const poolOf = (username: User, more: Partial<Pool> = {}): Pool => ({
    name: `${username}.example`,
    username,
    home: fpm.path(`/home/${username}`),
    socket: socketOf('ea-php84', `${username}.example`),
    maxChildren: 2,
    maxRequests: 0,
    idleTimeout: 10,
    ...more,
  });
  const put = (username: User, text: string) => {
    const home = `/home/${username}`;
    for (const folder of [home, `${home}/tmp`]) mkdirSync(fpm.path(folder), { recursive: true });
    fpm.write(`${home}/index.php`, `<?php ${text}`);
    spawnSync('chown', ['-R', String(UIDS[username]), fpm.path(home)]);
    return fpm.path(`${home}/index.php`);
  };
  const run = (username: User, text: string) =>
    fpm.request(socketOf('ea-php84', `${username}.example`), put(username, text));

  it('run as their users as soon as a change returns, and are closed as soon as a removal returns', async () => {
    await fpm.change([{ username: 'games', pools: [poolOf('games')] }]);
    await fpm.change([{ username: 'news', pools: [poolOf('news')] }]);
    expect(await run('games', 'echo posix_geteuid();')).toBe('5');
    expect(await run('news', 'echo posix_geteuid();')).toBe('9');
    const { socket } = poolOf('games');
    await fpm.change([{ username: 'games', pools: [], closes: [socket] }]);
    expect(existsSync(fpm.path(socket))).toBe(false);
    expect(await run('news', 'echo posix_geteuid();')).toBe('9');
  });

  it('read and write nothing outside of their homes, and keep sessions and temporary files there', async () => {
    const accounts = (['games', 'news'] as const).map((username) => ({
      username,
      pools: [poolOf(username)],
    }));
    await fpm.change(accounts);
    const secret = put('news', '$password = 1;');
    const read = `var_dump(@file_get_contents('${secret}'), @file_get_contents('/etc/passwd'));`;
    expect(await run('games', read)).toBe('bool(false)\nbool(false)\n');
    expect(await run('games', `var_dump(@symlink('${secret}', __DIR__ . '/link'));`)).toBe('bool(false)\n');
    expect(await run('games', `var_dump(ini_set('open_basedir', '/'));`)).toBe('bool(false)\n');
    const session = `session_start(); $_SESSION['a'] = 1; session_write_close(); echo count(glob(__DIR__ . '/tmp/sess_*'));`;
    expect(await run('games', session)).toBe('1');
    expect(await run('games', 'echo sys_get_temp_dir();')).toBe(fpm.path('/home/games/tmp'));
  });

  it('run nothing but PHP files', async () => {
    await fpm.change([{ username: 'games', pools: [poolOf('games')] }]);
    put('games', '');
    fpm.write('/home/games/image.png', '<?php echo "run";');
    expect(await fpm.request(poolOf('games').socket, fpm.path('/home/games/image.png'))).toMatch(
      /Access denied/,
    );
  });

  it('run no script of another user, whom the web server may let ask for it', async () => {
    await fpm.change([{ username: 'games', pools: [poolOf('games')] }]);
    const script = put('news', 'echo "run";');
    expect(await fpm.request(poolOf('games').socket, script)).toBe('No input file specified.\n');
  });

  it('do not list or clear the scripts of others in OPcache', async () => {
    await fpm.change([{ username: 'games', pools: [poolOf('games')] }]);
    const call = 'var_dump(@opcache_get_status(), @opcache_reset());';
    expect(await run('games', call)).toBe('bool(false)\nbool(false)\n');
    expect(await run('games', `echo ini_get('opcache.validate_permission');`)).toBe('1');
  });

  it('start no process again once their removal has begun, whoever asks for one, and before the others are read', async () => {
    const socket = socketOf('ea-php84', 'games.example');
    await fpm.change([{ username: 'games', pools: [poolOf('games')] }]);
    // Each file is read one byte at a time, so this takes a while.
    fpm.write('/etc/php/8.4/fpm/pool.d/whmapi1-many.conf', `;${'x'.repeat(1000)}\n`.repeat(1000));
    await (await fpm.machine.files(['/etc/php'])).adopt('/etc/php/8.4/fpm/pool.d/whmapi1-many.conf');
    const script = put('games', `file_put_contents(__DIR__ . '/started', ''); sleep(60);`);
    // As another account can do it by its .htaccess: more than the pool has processes, and before the removal.
    const answers = Promise.all(Array.from({ length: 40 }, () => fpm.request(socket, script).catch(String)));
    const running = () => {
      const words = ['--uid', String(UIDS.games), '--full', '^php-fpm: pool games.example'];
      return spawnSync('pgrep', words, { encoding: 'utf8' }).stdout.split('\n').filter(Boolean);
    };
    await until(() => existsSync(fpm.path('/home/games/started')), 'the start of a request');
    const kill = () => running().forEach((id) => spawnSync('kill', ['-KILL', id]));
    kill();
    await until(() => running().length > 0, 'PHP-FPM starts one again');
    reloadsOf(fpm.machine).outliveCalls();
    const readAt = statSync(fpm.path(processFile('8.4'))).mtimeMs;
    await fpm.change([{ username: 'games', pools: [], closes: [socket] }]);
    expect(statSync(fpm.path(processFile('8.4'))).mtimeMs).toBe(readAt);
    expect(running()).toEqual([]);
    // PHP-FPM still has the socket, and starts nothing for it.
    const late = fpm.request(socket, script).catch(String);
    await until(() => {
      expect(running()).toEqual([]);
      return !existsSync(fpm.path(socket));
    }, 'PHP-FPM has read its files');
    expect(await Promise.all([answers, late])).toBeDefined();
    expect(running()).toEqual([]);
    await fpm.change([{ username: 'games', pools: [poolOf('games')] }]);
    expect(await run('games', 'echo posix_geteuid();')).toBe('5');
  });

  it.each([
    ['PHP-FPM has started itself anew', '/usr/sbin/php-fpm8.4', 1],
    ['its main process has ended, whose others may be left', '', 0],
    ['it has only read its files, as for somebody else’s reload', 'php-fpm: master process (x)', 0],
  ])('are said to be gone while the others are read: %s', async (_, then, times) => {
    await fpm.change([{ username: 'games', pools: [poolOf('games')] }]);
    const port = await poolSteps('8.4').port(fpm.machine);
    let line = 'php-fpm: master process (x)';
    const services = {
      ...port.services,
      mainProcess: () => Promise.resolve({ commandLine: () => Promise.resolve(line) }),
      reload: () => {
        line = then;
        setTimeout(() => utimesSync(fpm.path(processFile('8.4')), new Date(), new Date()), 100);
        return Promise.resolve();
      },
    };
    const begun = jest.fn<undefined, []>();
    await reload('8.4', { ...port, services }, begun);
    expect(begun).toHaveBeenCalledTimes(times);
  });

  it('are reloaded without a test of all only if PHP-FPM cannot reject them', async () => {
    await fpm.change([{ username: 'games', pools: [poolOf('games')] }]);
    const isKnown = async () => isAccepted('8.4', await poolSteps('8.4').port(fpm.machine));
    const touch = (path: string, ageMs: number) => {
      const time = (Date.now() - ageMs) / 1000;
      utimesSync(fpm.path(path), time, time);
    };
    // All files are new here, and PHP-FPM has read them a minute later.
    const readLater = () => touch(processFile('8.4'), -120_000);
    expect(await isKnown()).toBe(false);
    readLater();
    expect(await isKnown()).toBe(true);
    // One of ours that was written since has been tested alone.
    touch(processFile('8.4'), -30_000);
    const folder = '/etc/php/8.4/fpm/pool.d';
    const ours = `${folder}/whmapi1-games.conf`;
    const before = readFileSync(fpm.path(ours), 'utf8');
    expect(await isKnown()).toBe(false);
    readLater();
    fpm.write(`${folder}/mine.conf`, '');
    expect(await isKnown()).toBe(false);
    rmSync(fpm.path(`${folder}/mine.conf`));
    fpm.write(ours, before.replace('user = games', 'user = nosuchuser'));
    expect(await isKnown()).toBe(false);
    fpm.write(ours, before.replace('group = games', 'group = nosuchgroup'));
    expect(await isKnown()).toBe(false);
    fpm.write(ours, before);
    expect(await isKnown()).toBe(true);
    renameSync(fpm.path(ours), fpm.path('/etc/elsewhere'));
    symlinkSync(fpm.path('/etc/elsewhere'), fpm.path(ours));
    expect(await isKnown()).toBe(false);
    rmSync(fpm.path(ours));
    expect(await isKnown()).toBe(true);
    const main = readFileSync(fpm.path(mainFile('8.4')), 'utf8');
    fpm.write(mainFile('8.4'), `${main}include = /srv/*.conf\n`);
    expect(await isKnown()).toBe(false);
    fpm.write(mainFile('8.4'), main);
    expect(await isKnown()).toBe(true);
    rmSync(fpm.path(processFile('8.4')));
    expect(await isKnown()).toBe(false);
  });

  it('share a reload with other changes', async () => {
    const users = ['games', 'news'] as const;
    await Promise.all(users.map((username) => fpm.change([{ username, pools: [poolOf(username)] }])));
    expect(await run('games', 'echo posix_geteuid();')).toBe('5');
    expect(await run('news', 'echo posix_geteuid();')).toBe('9');
  });

  it('stay as they were if a file of somebody else is broken, and the reason names that file', async () => {
    await fpm.change([{ username: 'games', pools: [poolOf('games')] }]);
    fpm.write('/etc/php/8.4/fpm/pool.d/mine.conf', '[mine]\nnonsense = 1\n');
    const step = fpm.step([{ username: 'news', pools: [poolOf('news')] }]);
    const memento = await step.prepare(fpm.machine);
    await expect(step.apply(fpm.machine, memento)).rejects.toThrow(
      /^PHP-FPM 8\.4 rejects its configuration: .*pool\.d\/mine\.conf:2\]/,
    );
    await step.undo(fpm.machine, memento);
    expect(existsSync(fpm.path('/etc/php/8.4/fpm/pool.d/whmapi1-news.conf'))).toBe(false);
    expect(await run('games', 'echo posix_geteuid();')).toBe('5');
  });

  it('are said to be refused, with the file, only if somebody has broken the configuration since it was read', async () => {
    const refusals = () => refusalsOf(fpm.machine, [{ release: '8.4', fpm: 'php-fpm8.4' }]);
    const isThere = (name: string): name is User => Object.hasOwn(UIDS, name);
    const findAll = (names: readonly string[]) =>
      Promise.resolve(new Map(names.filter(isThere).map((name) => [name, { uid: UIDS[name] }])));
    const users = () => Promise.resolve({ findAll });
    const machine = { ...fpm.machine, users } as unknown as Machine;
    await fpm.change([{ username: 'games', pools: [poolOf('games')] }]);
    expect(await refusals()).toEqual([]);
    await assertRemovable(machine, 'games');
    fpm.write('/etc/php/8.4/fpm/pool.d/other.conf', '[other]\nnonsense = 1\n');
    expect(await refusals()).toEqual([
      expect.stringMatching(/pool\.d\/other\.conf.* This program did not write .*other\.conf/s),
    ]);
    await expect(assertRemovable(machine, 'games')).rejects.toThrow(/pool\.d\/other\.conf/);
    fpm.write('/etc/php/8.4/fpm/pool.d/other.conf', '; nothing\n');
    expect(await refusals()).toEqual([]);
    await assertRemovable(machine, 'games');
    // As if somebody had removed the user of another account since the last reload.
    await fpm.change([{ username: 'news', pools: [poolOf('news')] }]);
    const pool = readFileSync(fpm.path('/etc/php/8.4/fpm/pool.d/whmapi1-games.conf'), 'utf8');
    const gone = pool.replaceAll('games.example', 'gone.example').replace(/^user = .*$/m, 'user = gone');
    fpm.write('/etc/php/8.4/fpm/pool.d/whmapi1-gone.conf', gone);
    expect(await refusals()).toEqual([]);
    await expect(assertRemovable(machine, 'games')).rejects.toThrow(/gone\.example.*gone/);
  });

  it('are set aside if PHP-FPM would not start with them, and somebody else’s are not', async () => {
    const setAside = () => setPoolsAside(fpm.machine, [{ release: '8.4', fpm: 'php-fpm8.4' }]);
    await fpm.change([{ username: 'games', pools: [poolOf('games')] }]);
    expect(await setAside()).toEqual([]);
    const folder = '/etc/php/8.4/fpm/pool.d';
    const pool = readFileSync(fpm.path(`${folder}/whmapi1-games.conf`), 'utf8');
    const gone = pool
      .replaceAll('games.example', 'gone.example')
      .replace(/^user = .*$/m, 'user = nobodyofthatname');
    fpm.write(`${folder}/whmapi1-gone.conf`, gone);
    const told = await setAside();
    expect(told).toEqual([expect.stringMatching(/whmapi1-gone\.conf” was set aside.*nobodyofthatname/)]);
    expect(existsSync(fpm.path(`${folder}/whmapi1-gone.conf`))).toBe(false);
    await fpm.change([{ username: 'news', pools: [poolOf('news')] }]);
    expect(await run('games', 'echo posix_geteuid();')).toBe('5');
    fpm.write(`${folder}/mine.conf`, '[mine]\nnonsense = 1\n');
    await expect(setAside()).rejects.toThrow(/mine\.conf/);
    expect(existsSync(fpm.path(`${folder}/mine.conf`))).toBe(true);
  });

  it('of different processes are removed at the same time, and PHP-FPM still runs', async () => {
    const accounts = Array.from({ length: 60 }, (_, at) => {
      const name = `many${at}.example`;
      const pool = poolOf('games', { name, socket: socketOf('ea-php84', name) });
      return { username: `many${at}`, pools: [pool] };
    });
    await fpm.change([{ username: 'news', pools: [poolOf('news')] }, ...accounts]);
    // Each has reloads of its own, as a process has.
    const removeAll = async (some: readonly AccountPools[]) => {
      const machine = { ...fpm.machine };
      for (const { username, pools } of some) {
        const closes = pools.map(({ socket }) => socket);
        const step = fpm.step([{ username, pools: [], closes }]);
        await step.apply(machine, await step.prepare(machine));
      }
    };
    await Promise.all([0, 20, 40].map((from) => removeAll(accounts.slice(from, from + 20))));
    expect(fpm.log()).not.toMatch(/ERROR/);
    expect(await run('news', 'echo posix_geteuid();')).toBe('9');
  });

  it('are restored by an undo, although another process holds the lock of PHP-FPM', async () => {
    await fpm.change([{ username: 'games', pools: [poolOf('games')] }]);
    const step = fpm.step([{ username: 'games', pools: [poolOf('games', { maxChildren: 7 })] }]);
    const memento = await step.prepare(fpm.machine);
    await step.apply(fpm.machine, memento);
    const whileLocked = () => Promise.reject(new Error('held by another process'));
    const files: DriverMachine['files'] = async (directories) =>
      new Proxy(await fpm.machine.files(directories), {
        get(target, name) {
          const found = name === 'whileLocked' ? whileLocked : (Reflect.get(target, name) as unknown);
          return typeof found === 'function' ? (found.bind(target) as unknown) : found;
        },
      });
    await expect(step.undo({ ...fpm.machine, files }, memento)).rejects.toThrow('held by another process');
    const pool = readFileSync(fpm.path('/etc/php/8.4/fpm/pool.d/whmapi1-games.conf'), 'utf8');
    expect(pool).toContain('pm.max_children = 2\n');
  });

  it('are rejected alone, before anything is changed, if their user does not exist', async () => {
    await fpm.change([{ username: 'games', pools: [poolOf('games')] }]);
    const unknown = { ...poolOf('news'), username: 'nosuchuser' };
    const change = fpm.change([{ username: 'nosuchuser', pools: [unknown] }]);
    await expect(change).rejects.toThrow(/cannot get uid for user 'nosuchuser'/);
    expect(await run('games', 'echo posix_geteuid();')).toBe('5');
  });

  it('let a running request end during a reload', async () => {
    await fpm.change([{ username: 'games', pools: [poolOf('games')] }]);
    // A signal ends a single sleep early.
    const wait = '$end = microtime(true) + 1; while (microtime(true) < $end) usleep(1000);';
    const slow = run('games', `file_put_contents(__DIR__ . '/started', ''); ${wait} echo 'whole';`);
    await until(() => existsSync(fpm.path('/home/games/started')), 'the start of the request');
    await fpm.change([{ username: 'news', pools: [poolOf('news')] }]);
    expect(await slow).toBe('whole');
  });

  it('have processes whose memory can be measured, only while they are in use', async () => {
    const measure = () => kernel.processMemory('/usr/sbin/php-fpm8.4', /^php-fpm: pool measured\.example/);
    expect(await measure()).toEqual({ count: 0, bytes: 0 });
    const socket = socketOf('ea-php84', 'measured.example');
    const pool = poolOf('games', { name: 'measured.example', socket, maxChildren: 1 });
    await fpm.change([{ username: 'games', pools: [pool] }]);
    await fpm.request(socket, put('games', 'echo 1;'));
    const { count, bytes } = await measure();
    expect(count).toBe(1);
    expect(bytes).toBeGreaterThan(1_000_000);
  });

  it('answer with any .user.ini, and never with the settings of another user', async () => {
    const accounts = (['games', 'news'] as const).map((username) => ({
      username,
      pools: [poolOf(username)],
    }));
    await fpm.change(accounts);
    const file = fpm.path('/home/games/.user.ini');
    const show = `echo ini_get('precision'), ' ', strlen((string) ini_get('open_basedir')) > 9 ? 'confined' : 'free';`;
    put('news', '');
    fpm.write('/home/news/.user.ini', 'precision = 5\n');
    spawnSync('chown', ['9', fpm.path('/home/news/.user.ini')]);
    spawnSync('chmod', ['600', fpm.path('/home/news/.user.ini')]);
    const attempts: [() => void, string][] = [
      [() => spawnSync('mkfifo', [file]), '14'],
      [() => symlinkSync(fpm.path('/home/news/.user.ini'), file), '14'],
      [() => symlinkSync('/dev/zero', file), '14'],
      [() => writeFileSync(file, `precision = 7\nopen_basedir = /\n${'; 10 MB\n'.repeat(1_250_000)}`), '7'],
    ];
    for (const [make, precision] of attempts) {
      rmSync(file, { force: true });
      make();
      // PHP keeps what it read for five minutes, in each process.
      await fpm.change([{ username: 'games', pools: [] }]);
      await fpm.change([{ username: 'games', pools: [poolOf('games')] }]);
      expect(await run('games', show)).toBe(`${precision} confined`);
    }
    expect(await run('news', show)).toBe('5 confined');
  });

  describe('are examined', () => {
    const version = {
      id: 'ea-php84',
      release: '8.4',
      unit: 'php8.4-fpm',
      fpm: 'php-fpm8.4',
      cli: undefined,
      cgi: undefined,
      configuration: '/etc/php/8.4',
    };
    const machine = () => ({ ...fpm.machine, kernel: () => Promise.resolve(kernel) });
    const examine = async (...accounts: AccountPools[]) =>
      (await examinePools(machine(), version, accounts)).map(({ text }) => text);
    const ofGames = () => ({ username: 'games', pools: [poolOf('games')] });

    it('without a finding while they listen', async () => {
      await fpm.change([ofGames()]);
      expect(await examine(ofGames())).toEqual([]);
    });

    it('if PHP-FPM has not taken them, or their file is missing, edited or a leftover', async () => {
      const folder = '/etc/php/8.4/fpm/pool.d';
      expect(await examine(ofGames())).toEqual([
        `The pools of “games” are missing in “${folder}”.`,
        '“php8.4-fpm” does not listen for “games.example”.',
      ]);
      await fpm.change([ofGames()]);
      const more = { username: 'games', pools: [poolOf('games', { maxChildren: 9 })] };
      expect(await examine(more)).toEqual([
        expect.stringMatching(/^“\S+whmapi1-games\.conf” is not as this/),
      ]);
      expect(await examine()).toEqual([
        `“${folder}/whmapi1-games.conf” has pools of an account that has none with PHP 8.4.`,
      ]);
    });

    it('if PHP-FPM would not start, with the file of somebody else that it rejects', async () => {
      await fpm.change([ofGames()]);
      const mine = '/etc/php/8.4/fpm/pool.d/mine.conf';
      fpm.write(
        mine,
        '[mine]\nuser = nosuchuser\nlisten = /run/mine.sock\npm = static\npm.max_children = 1\n',
      );
      expect(await examine(ofGames())).toEqual([
        expect.stringMatching(
          /^PHP-FPM 8\.4 rejects its configuration: \[pool mine\] cannot get uid .*\. It does not start again with these files\. This program did not write “\/etc\/php\/8\.4\/fpm\/pool\.d\/mine\.conf”\. Correct that file\.$/,
        ),
      ]);
      fpm.write(mine, '[mine]\nnonsense = 1\n');
      expect(await examine(ofGames())).toEqual([
        expect.stringContaining(`This program did not write “${mine}”.`),
      ]);
    });

    it('if PHP-FPM does not run', async () => {
      await fpm.change([ofGames()]);
      await fpm.stop();
      expect(await examine(ofGames())).toEqual([
        '“php8.4-fpm” is inactive, so PHP does not run. Its log says why: journalctl -u php8.4-fpm',
      ]);
    });
  });

  describe('of new accounts', () => {
    const mine = '/etc/php/8.4/fpm/pool.d/mine.conf';
    const fileOf = (username: User) => `/etc/php/8.4/fpm/pool.d/whmapi1-${username}.conf`;
    const machine = () => ({ ...fpm.machine, kernel: () => Promise.resolve(kernel) });
    const withLocks: LockingWork['withLocks'] = (_locks, work) => work();
    /** Without the reload of Apache, which would begin that of PHP-FPM. */
    const add = async (username: User, more: Partial<Pool> = {}) => {
      const pools = [poolOf(username, more)];
      const step = poolSteps('8.4').step('test', 'Test.', {
        ...{ release: '8.4', accounts: [{ username, pools }], isNew: true },
      });
      const memento = await step.prepare(fpm.machine);
      await step.apply(fpm.machine, memento);
      return () => step.undo(fpm.machine, memento);
    };

    /** As an account does that is created. */
    const reloadApache = (work: () => unknown) => {
      const nothing = () => Promise.resolve();
      return reloadsOf(fpm.machine).request({
        ...{ key: 'apache', run: async () => void work(), swap: nothing, rollBack: nothing },
        ...{
          isBlamed: () => false,
          isDown: () => false,
          later: { kind: 'websites', order: 2, used: nothing },
        },
      });
    };

    it('are in place without a reload, and are loaded by the next one or by their confirmation', async () => {
      await add('games');
      expect(existsSync(fpm.path(fileOf('games')))).toBe(true);
      expect(existsSync(fpm.path(poolOf('games').socket))).toBe(false);
      await fpm.change([{ username: 'news', pools: [poolOf('news')] }]);
      expect(await run('games', 'echo posix_geteuid();')).toBe('5');
      expect(await confirmPools(machine(), { withLocks }, 0)).toEqual([]);
      await fpm.change([{ username: 'games', pools: [], closes: [poolOf('games').socket] }]);
      await add('games');
      expect(await confirmPools(machine(), { withLocks }, 0)).toEqual([]);
      await until(() => existsSync(fpm.path(poolOf('games').socket)), 'PHP-FPM listens');
      expect(await run('games', 'echo posix_geteuid();')).toBe('5');
    });

    it('keep their virtual hosts waiting until PHP-FPM listens, also if that process was killed', async () => {
      await add('games');
      expect(existsSync(fpm.path(waitingFolder('games')))).toBe(true);
      expect(await endForgottenWaiting(machine())).toBe(false);
      expect(existsSync(fpm.path(waitingFolder('games')))).toBe(true);
      await fpm.change([{ username: 'news', pools: [poolOf('news')] }]);
      await until(() => existsSync(fpm.path(poolOf('games').socket)), 'PHP-FPM listens');
      expect(await endForgottenWaiting(machine())).toBe(true);
      expect(existsSync(fpm.path(waitingFolder('games')))).toBe(false);
      expect(await endForgottenWaiting(machine())).toBe(false);
      // The reload of Apache follows that of PHP-FPM, and finds no virtual host that waits.
      await add('proxy');
      const seen: boolean[] = [];
      await reloadApache(() => seen.push(existsSync(fpm.path(waitingFolder('proxy')))));
      expect(seen).toEqual([false]);
      expect(existsSync(fpm.path(poolOf('proxy').socket))).toBe(true);
    });

    it('are loaded soon after a suspension, unless PHP-FPM refuses what others have changed', async () => {
      // The step uses no other part of a machine.
      const restore = async (username: User) => {
        const input = {
          release: '8.4',
          accounts: [{ username, pools: [poolOf(username)] }],
          isRestored: true,
        };
        const memento = await changePools.prepare?.(fpm.machine as never, input as never, undefined as never);
        return changePools.apply(fpm.machine as never, { input, memento } as never);
      };
      expect(await restore('games')).toEqual({ isUnconfirmed: true });
      await until(() => existsSync(fpm.path(poolOf('games').socket)), 'PHP-FPM listens');
      expect(await run('games', 'echo posix_geteuid();')).toBe('5');
      // The web server skips new accounts only.
      expect(existsSync(fpm.path(waitingFolder('games')))).toBe(false);
      fpm.write(mine, '[mine]\nnonsense = 1\n');
      await expect(restore('news')).rejects.toThrow(/This program did not write “\S+\/mine\.conf”/);
      expect(existsSync(fpm.path(fileOf('news')))).toBe(false);
    });

    it('are checked together when they come together, and only the wrong one is rejected', async () => {
      const unknown = { username: 'nosuchuser' };
      const outcomes = await Promise.allSettled([add('games'), add('news', unknown), add('proxy')]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(existsSync(fpm.path(fileOf('news')))).toBe(false);
    });

    it('can be undone', async () => {
      const undo = await add('games');
      await fpm.change([{ username: 'news', pools: [poolOf('news')] }]);
      await undo();
      expect(existsSync(fpm.path(fileOf('games')))).toBe(false);
      await until(() => !existsSync(fpm.path(poolOf('games').socket)), 'PHP-FPM has forgotten it');
    });

    it('do not wait for those that were undone', async () => {
      const undo = await add('games');
      await add('news');
      await undo();
      const seen: boolean[] = [];
      await reloadApache(() => {
        for (const username of ['games', 'news'] as const)
          seen.push(existsSync(fpm.path(waitingFolder(username))));
      });
      expect(seen).toEqual([false, false]);
      expect(existsSync(fpm.path(poolOf('news').socket))).toBe(true);
    });

    it('wait, and stop nothing, while somebody else’s file is broken', async () => {
      await fpm.change([{ username: 'games', pools: [poolOf('games')] }]);
      fpm.write(mine, '[mine]\nnonsense = 1\n');
      await add('news');
      await expect(confirmPools(machine(), { withLocks }, 0)).rejects.toThrow(
        /^PHP-FPM 8\.4 rejects its configuration: .* This program did not write “\S+\/mine\.conf”\. Correct that file\.$/,
      );
      expect(await run('games', 'echo posix_geteuid();')).toBe('5');
      rmSync(fpm.path(mine));
      expect(await confirmPools(machine(), { withLocks }, 0)).toEqual([]);
      await until(() => existsSync(fpm.path(poolOf('news').socket)), 'PHP-FPM listens');
    });

    it('have their files read again while the confirmation waits for them, and no others', async () => {
      await fpm.change([{ username: 'games', pools: [poolOf('games')] }]);
      await add('news');
      const spies = new Set<{ readonly mock: { readonly calls: readonly (readonly unknown[])[] } }>();
      const counting: typeof fpm.machine.files = async (folders) => {
        const files = await fpm.machine.files(folders);
        spies.add(jest.spyOn(files, 'readText'));
        return files;
      };
      const readsOf = (username: User) =>
        [...spies].flatMap(({ mock }) => mock.calls).filter(([path]) => path === fileOf(username)).length;
      expect(await confirmPools({ ...machine(), files: counting }, { withLocks }, 0)).toEqual([]);
      expect(readsOf('games')).toBe(1);
      expect(readsOf('news')).toBe(2);
    });

    it('are removed by the confirmation if PHP-FPM cannot use their file, so that others are loaded', async () => {
      await add('games');
      await add('news');
      // As if its user had been removed.
      fpm.write(
        fileOf('news'),
        readFileSync(fpm.path(fileOf('news')), 'utf8').replace('user = news', 'user = nosuchuser'),
      );
      await (await fpm.machine.files(['/etc/php'])).adopt(fileOf('news'));
      expect(await confirmPools(machine(), { withLocks }, 0)).toEqual([
        { path: fileOf('news'), reason: expect.stringContaining('nosuchuser') as string },
      ]);
      await until(() => existsSync(fpm.path(poolOf('games').socket)), 'PHP-FPM listens');
      expect(existsSync(fpm.path(fileOf('news')))).toBe(false);
    });

    it('stay if a call corrects their file before the confirmation has the lock of the account', async () => {
      await add('news');
      const correct = readFileSync(fpm.path(fileOf('news')), 'utf8');
      const write = async (text: string) => {
        fpm.write(fileOf('news'), text);
        await (await fpm.machine.files(['/etc/php'])).adopt(fileOf('news'));
      };
      await write(correct.replace('user = news', 'user = nosuchuser'));
      const locked: string[] = [];
      const afterCall: LockingWork['withLocks'] = async (locks, work) => {
        locked.push(...locks.map(({ name }) => name));
        await write(correct);
        return work();
      };
      expect(await confirmPools(machine(), { withLocks: afterCall }, 0)).toEqual([]);
      expect(locked).toEqual(['account news']);
      await until(() => existsSync(fpm.path(poolOf('news').socket)), 'PHP-FPM listens');
    });

    it('are refused while PHP-FPM does not run', async () => {
      await fpm.stop();
      await expect(add('games')).rejects.toThrow(
        /“php8\.4-fpm” is not running \(systemd calls it inactive\)\./,
      );
      expect(existsSync(fpm.path(fileOf('games')))).toBe(false);
      expect(await confirmPools(machine(), { withLocks }, 0)).toEqual([]);
    });
  });

  it('that a process wrote before it ended are loaded when its task starts again', async () => {
    await fpm.change([{ username: 'games', pools: [poolOf('games')] }], false);
    const sandbox = sandboxMachine(fpm.folder, () => Date.now());
    const work = {
      machine: {
        ...sandbox,
        services: fpm.machine.services,
        system: { isSandbox: false },
      } as unknown as Machine,
      ...{ log: () => undefined, changed: () => undefined, setFirstPhp: () => Promise.resolve() },
    };
    await configurePhp({ ...work, isRetry: false });
    expect(existsSync(fpm.path(poolOf('games').socket))).toBe(false);
    await configurePhp({ ...work, isRetry: true });
    await until(() => existsSync(fpm.path(poolOf('games').socket)), 'PHP-FPM listens');
    expect(await run('games', 'echo posix_geteuid();')).toBe('5');
  });

  it('keep PHP-FPM alive without any account', async () => {
    await fpm.change([{ username: 'games', pools: [poolOf('games')] }]);
    await fpm.change([{ username: 'games', pools: [], closes: [poolOf('games').socket] }]);
    expect(existsSync(fpm.path(baseSocket('8.4')))).toBe(true);
  });
});
