// Pools on a real PHP-FPM.
import { existsSync, mkdirSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { baseSocket } from '../../src/drivers/php-pools/places.ts';
import { kernel } from '../../src/machine/kernel/kernel.ts';
import type { Pool } from '../../src/model/php/pools.ts';
import { socketOf } from '../../src/model/php/sockets.ts';
import { PrivateFpm } from '../support/private-fpm.ts';
import { isMissing } from '../support/require-tool.ts';
import { until } from '../support/until.ts';

jest.setTimeout(120_000);

/** Users that Debian always has stand for accounts. */
const UIDS = { games: 5, news: 9 };
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
    const pool = poolOf('games', { name: 'measured.example', socket });
    await fpm.change([{ username: 'games', pools: [pool] }]);
    await fpm.request(socket, put('games', 'echo 1;'));
    const { count, bytes } = await measure();
    expect(count).toBe(1);
    expect(bytes).toBeGreaterThan(1_000_000);
  });

  it('keep PHP-FPM alive without any account', async () => {
    await fpm.change([{ username: 'games', pools: [poolOf('games')] }]);
    await fpm.change([{ username: 'games', pools: [], closes: [poolOf('games').socket] }]);
    expect(existsSync(fpm.path(baseSocket('8.4')))).toBe(true);
  });
});
