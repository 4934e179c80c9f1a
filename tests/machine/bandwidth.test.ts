// The bandwidth that showbw reports, on a fresh Debian with the profile STANDARD: exactly what clients have received,
// over a rotation of the log by logrotate and over SIGKILL of the process that counts.
import { resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { atTime } from './clock.ts';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { hostingRoot } from './prepared-roots.ts';
import { waitUntilServed } from './served.ts';
import { until } from './until.ts';

const WORKER = '/root/count-worker.mjs';
const PASSWORD = 'correct horse battery staple 7';
const LOG = '/var/log/apache2/whmapi1-bytes';
const MEBIBYTE = 1_048_576;
const HOUR_MS = 3_600_000;

interface Envelope {
  readonly metadata: { readonly result: number; readonly reason: string };
  readonly data?: Readonly<Record<string, unknown>>;
}

describeOnMachine('bandwidth, in this order', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(await hostingRoot());
    buildSync({
      entryPoints: [resolve(__dirname, 'count-worker.ts')],
      outfile: machine.path(WORKER),
      ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20' },
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire('/');" },
    });
    for (const user of ['bob', 'carol']) {
      works('createacct', `username=${user}`, `domain=${user}.example`, `password=${PASSWORD}`);
      machine.sh(`cd /home/${user}/public_html
        runuser -u ${user} -- sh -c 'umask 022; echo small >small.txt; head -c 3000000 /dev/zero >large.bin'`);
      waitUntilServed(machine, `${user}.example`);
    }
  });
  afterAll(() => machine.stop());

  function call(name: string, ...words: string[]): Envelope {
    const { stdout } = machine.run('whmapi1', ['--output=json', name, ...words]);
    return JSON.parse(stdout) as Envelope;
  }
  const works = (name: string, ...words: string[]) => {
    expect(call(name, ...words).metadata).toMatchObject({ result: 1 });
  };
  const worker = (...words: string[]): unknown => JSON.parse(machine.run('node', [WORKER, ...words]).stdout);
  const rows = (statement: string) => worker('sql', statement) as Record<string, unknown>[];
  /** The states of the counts that are listed: a count that found nothing new is not. */
  const states = () => {
    const found = rows("SELECT state FROM task WHERE kind = 'count-bandwidth' ORDER BY id");
    return found.map(({ state }) => state);
  };
  /** Makes the timer of the count due, and no other. */
  const makeCountDue = (others = 86_400) =>
    rows(
      `UPDATE task_timer SET next_at = CASE WHEN kind = 'count-bandwidth' THEN 0
       ELSE (unixepoch() + ${others}) * 1000 END`,
    );
  /** True if the count that was due has begun and none is left: the timer goes on in the transaction that adds its task. */
  const hasCounted = () => {
    const [timer] = rows(
      `SELECT next_at > 0 AS hasBegun,
         (SELECT count(*) FROM task WHERE kind = task_timer.kind AND state IN ('waiting', 'running')) AS active
       FROM task_timer WHERE kind = 'count-bandwidth'`,
    );
    return timer?.hasBegun === 1 && timer.active === 0;
  };
  const untilCounted = async () => {
    await until(hasCounted);
    expect(states().filter((state) => state !== 'done')).toEqual([]);
  };
  /** Has the server count, as it does every five minutes. */
  const count = async () => {
    // Beside a count that has already begun, none is added.
    await until(() => states().every((state) => state !== 'waiting' && state !== 'running'));
    makeCountDue();
    await untilCounted();
  };
  const used = (user: string) => {
    const { data } = call('showbw', `search=^${user}$`, 'searchtype=user');
    const [account] = data?.acct as { totalbytes: number }[];
    return account?.totalbytes ?? NaN;
  };
  const curl = (user: string, path: string, ...words: string[]) => [
    ...['-sk', '-o', '/dev/null', '--max-time', '60', '-w', '%{size_header} %{size_download}\n', ...words],
    ...['--resolve', `${user}.example:80:127.0.0.1`, '--resolve', `${user}.example:443:127.0.0.1`],
    path.startsWith('https:') ? path : `http://${user}.example${path}`,
  ];
  const sum = (text: string) =>
    text
      .trim()
      .split(/\s+/)
      .reduce((total, one) => total + Number(one), 0);
  /** @returns the bytes that curl has received: headers and content. */
  const fetched = (user: string, path: string, ...words: string[]) =>
    sum(machine.run('curl', curl(user, path, ...words)).stdout);
  /** Apache writes a line a moment after its client has the last byte. Its last child ends when all lines are written. */
  // systemd refuses the sixth start within ten seconds.
  const settle = () => machine.sh('systemctl reset-failed apache2\nsystemctl restart apache2');
  const statusOf = (user: string) =>
    machine.run('curl', curl(user, '/small.txt', '-w', '%{http_code}')).stdout.slice(-3);

  it('equals exactly what curl has received over HTTP/1.1', async () => {
    settle();
    await count();
    // The new site was asked for while it was not served yet.
    const before = used('bob');
    let received = 0;
    for (const path of ['/small.txt', '/large.bin', '/missing', '/', '/large.bin?again'])
      received += fetched('bob', path);
    received += fetched('bob', '/large.bin', '-I');
    received += fetched('bob', '/large.bin', '-r', '100-1099');
    received += fetched('bob', '/small.txt', '-H', 'Host: www.bob.example');
    expect(received).toBeGreaterThan(6_000_000);
    settle();
    await count();
    expect(used('bob') - before).toBe(received);
    await count();
    expect(used('bob') - before).toBe(received);
  });

  it('counts TLS with its handshake, and of HTTP/2 a little more or less than curl decodes', async () => {
    const before = used('bob');
    const overTls = fetched('bob', 'https://bob.example/large.bin', '--http1.1');
    settle();
    await count();
    const counted = used('bob') - before;
    expect(counted).toBeGreaterThan(overTls);
    expect(counted).toBeLessThan(overTls * 1.02);
    const overHttp2 = fetched('bob', 'https://bob.example/large.bin', '--http2');
    settle();
    await count();
    const countedHttp2 = used('bob') - before - counted;
    // Headers are compressed, and frames have headers of their own.
    expect(Math.abs(countedHttp2 - overHttp2)).toBeLessThan(overHttp2 * 0.02);
  });

  it('loses and doubles nothing while logrotate rotates the log under a download', async () => {
    const before = used('bob');
    const inode = machine.sh(`stat -c %i ${LOG}`);
    let received = fetched('bob', '/large.bin');
    const words = (path: string, ...more: string[]) =>
      curl('bob', path, ...more)
        .map((word) => `'${word}'`)
        .join(' ');
    received += sum(
      machine.sh(`curl ${words('/large.bin?slow', '--limit-rate', '1500k')} >/root/slow &
        slow=$!
        until ss -tnH state established dst 127.0.0.1:80 | grep -q .; do sleep 0.05; done
        logrotate --force /etc/logrotate.d/whmapi1-bytes
        curl ${words('/small.txt')}
        wait $slow
        cat /root/slow`),
    );
    expect(machine.sh(`stat -c %i ${LOG}.1`)).toBe(inode);
    expect(machine.sh(`stat -c '%U %G %a' ${LOG}`).trim()).toBe('root adm 640');
    received += fetched('bob', '/large.bin');
    settle();
    await count();
    expect(used('bob') - before).toBe(received);
    machine.sh('logrotate --force /etc/logrotate.d/whmapi1-bytes');
    received += fetched('bob', '/large.bin');
    settle();
    await count();
    expect(used('bob') - before).toBe(received);
    expect(machine.sh(`cat ${LOG}.2`)).toContain('bob.example');
  });

  it('loses and doubles nothing if the process that counts is killed', async () => {
    const before = used('bob');
    const LINES = 15_000_000;
    let lines = 0;
    machine.sh('systemctl stop whmapi1d');
    do {
      // It is stored in several parts. If it has ended before the signal, a larger log takes longer.
      machine.sh(`set +o pipefail; yes "$(date +%s) 1 bob.example" | head -n ${LINES} >>${LOG}`);
      lines += LINES;
      makeCountDue();
    } while (Number(worker('kill')) === Number(machine.sh(`cat ${LOG}* | wc -c`)));
    const stored = used('bob') - before;
    expect(stored).toBeLessThan(lines);
    expect(stored).toBeGreaterThan(0);
    expect(states().at(-1)).toBe('running');
    machine.sh('systemctl start whmapi1d');
    await untilCounted();
    expect(states().at(-1)).toBe('done');
    expect(used('bob') - before).toBe(lines);
    await count();
    expect(used('bob') - before).toBe(lines);
  });

  it('is limited: a warning at 80 %, then 509, until the limit is raised', async () => {
    const warnings = () =>
      rows("SELECT count(*) AS count FROM task WHERE input LIKE '%bandwidth%' AND input LIKE '%carol%'")[0]
        ?.count;
    works('limitbw', 'user=carol', 'bwlimit=10');
    for (let round = 0; round < 3; round++) fetched('carol', '/large.bin');
    settle();
    await count();
    expect(used('carol')).toBeGreaterThan(0.8 * 10 * MEBIBYTE);
    expect(warnings()).toBe(1);
    expect(statusOf('carol')).toBe('200');
    fetched('carol', '/large.bin');
    settle();
    await count();
    expect(statusOf('carol')).toBe('509');
    expect(statusOf('bob')).toBe('200');
    works('limitbw', 'user=carol', 'bwlimit=20');
    expect(statusOf('carol')).toBe('200');
  });

  it('is free of its limit again at the turn of the month, which the next count notices', () => {
    // The server has the real clock.
    machine.sh('systemctl stop whmapi1d');
    const countAt = (time: number) => {
      makeCountDue(400 * 86_400);
      expect(machine.run('whmapi1', ['--run-tasks'], { env: atTime(time) })).toMatchObject({ status: 0 });
      expect([hasCounted(), states().filter((state) => state !== 'done')]).toEqual([true, []]);
    };
    works('limitbw', 'user=carol', 'bwlimit=10');
    expect(statusOf('carol')).toBe('509');
    const [year = NaN, month = NaN] = machine.sh('date +"%Y %m"').split(' ').map(Number);
    const turn =
      1000 * Number(machine.sh(`date -d "${month === 12 ? year + 1 : year}-${(month % 12) + 1}-01" +%s`));
    countAt(turn - HOUR_MS);
    expect([statusOf('carol'), statusOf('bob')]).toEqual(['509', '200']);
    countAt(turn);
    expect([statusOf('carol'), statusOf('bob')]).toEqual(['200', '200']);
    // In this month, it is still over its limit.
    countAt(Date.now());
    expect([statusOf('carol'), statusOf('bob')]).toEqual(['509', '200']);
    works('limitbw', 'user=carol', 'bwlimit=unlimited');
    expect(statusOf('carol')).toBe('200');
    machine.sh('systemctl start whmapi1d');
  });
});
