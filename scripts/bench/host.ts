// What functions of the server itself add to the system calls that they make: the file systems, the sockets, the services
// and the tweak settings.
import { copyFileSync, writeFileSync } from 'node:fs';
import { statfs, readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { services } from '../../src/capabilities/system/driver/services/catalogue.ts';
import { readFileSystems } from '../../src/machine/kernel/kernel.ts';
import { builtPackage, makePackageFolder, removePackageFolder } from '../../tests/machine/built-package.ts';
import { machineRoot } from '../../tests/machine/debian-root.ts';
import { whyNotOnMachine } from '../../tests/machine/describe-on-machine.ts';
import { bootMachine } from '../../tests/machine/machine.ts';
import { makeToken, median, startServer, stop, time, type Environment } from './measure.ts';

type Way = () => Promise<unknown> | number | void;

/** Milliseconds. Other work on the machine has little influence on the fastest tenth. */
interface Taken {
  readonly median: number;
  readonly fast: number;
}

function takenBy(times: readonly number[]): Taken {
  const sorted = [...times].sort((a, b) => a - b);
  return { median: median(times.slice()), fast: sorted[Math.floor(sorted.length / 10)] ?? NaN };
}

/** @returns what each way took; they take turns. */
async function compare(ways: Readonly<Record<string, Way>>, runs: number): Promise<Map<string, Taken>> {
  const times = new Map(Object.keys(ways).map((way) => [way, [] as number[]]));
  const inTurn = Object.entries(ways);
  for (let run = -3; run < runs; run++) {
    // A call is faster or slower after certain others, such as a change after another change.
    inTurn.sort(() => Math.random() - 0.5);
    for (const [way, work] of inTurn) {
      const began = performance.now();
      await work();
      if (run >= 0) times.get(way)?.push(performance.now() - began);
    }
  }
  return new Map([...times].map(([way, several]) => [way, takenBy(several)]));
}

interface Row {
  readonly name: string;
  readonly taken: Taken;
  /** What the call is compared with: the sum of these. */
  readonly floor: readonly Taken[];
}

function show(title: string, rows: readonly Row[]): void {
  console.log(`\n${title}\n`);
  console.log('| call | median ms | floor ms | ratio | ratio of the fastest tenths | to reach |');
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const { name, taken, floor } of rows) {
    const sum = (part: keyof Taken) => floor.reduce((total, one) => total + one[part], 0);
    const ratio = (part: keyof Taken) => (taken[part] / sum(part)).toFixed(2);
    console.log(
      `| ${name} | ${taken.median.toFixed(2)} | ${sum('median').toFixed(2)} | ${ratio('median')} | ${ratio('fast')} | 1.3 |`,
    );
  }
}

const socketTables = { get_tcp4_sockets: 'tcp', get_udp4_sockets: 'udp', get_tcp6_sockets: 'tcp6' } as const;

export async function compareHost(
  top: string,
  work: string,
  given: Environment,
  runs: number,
): Promise<void> {
  const environment = { ...given, WHMAPI1_STATE_DIR: join(work, 'host') };
  const program = join(top, 'bin/whmapi1');
  const token = makeToken(top, environment);
  const mountPoints = (await readFileSystems()).list.map(({ mountPoint }) => mountPoint);
  const disks = () =>
    Promise.all([readFile('/proc/self/mountinfo'), ...mountPoints.map((path) => statfs(path))]);
  const raw = {
    disks,
    ...Object.fromEntries(
      Object.values(socketTables).map((table) => [table, () => readFile(`/proc/net/${table}`)]),
    ),
  };
  let value = 300;
  const shell =
    (...words: string[]) =>
    () =>
      time([program, '--output=json', ...words], environment);
  const set = () => shell('set_tweaksetting', 'key=chkservd_check_interval', `value=${value++}`)();
  const issue = () => shell('twofactorauth_set_issuer', `issuer=Server ${value++}`)();
  const process = await compare(
    {
      ...raw,
      nothing: shell('gethostname'),
      getdiskusage: shell('getdiskusage'),
      ...Object.fromEntries(Object.keys(socketTables).map((name) => [name, shell(name)])),
      twofactorauth_set_issuer: issue,
      set_tweaksetting: set,
    },
    runs,
  );
  const none: Taken = { median: NaN, fast: NaN };
  const rowsOf = (times: ReadonlyMap<string, Taken>): Row[] => {
    const row = (name: string, ...floor: string[]): Row => ({
      name,
      taken: times.get(name) ?? none,
      floor: floor.map((one) => times.get(one) ?? none),
    });
    return [
      row('getdiskusage', 'nothing', 'disks'),
      ...Object.entries(socketTables).map(([name, table]) => row(name, 'nothing', table)),
      row('set_tweaksetting', 'twofactorauth_set_issuer'),
    ];
  };
  show('The server itself, in a shell: a call against gethostname and its system calls', rowsOf(process));

  const daemon = await startServer(
    [join(top, 'bin/whmapi1d'), '--port=0', '--http-port=0', '--log-level=silent'],
    environment,
  );
  try {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask =
      (name: string, query = '') =>
      () =>
        call(`${daemon.urls.http}/json-api/${name}?api.version=1${query}`, token, agent);
    const served = await compare(
      {
        ...raw,
        nothing: ask('gethostname'),
        getdiskusage: ask('getdiskusage'),
        ...Object.fromEntries(Object.keys(socketTables).map((name) => [name, ask(name)])),
        twofactorauth_set_issuer: () => ask('twofactorauth_set_issuer', `&issuer=Server+${value++}`)(),
        set_tweaksetting: () => ask('set_tweaksetting', `&key=chkservd_check_interval&value=${value++}`)(),
      },
      runs * 3,
    );
    agent.destroy();
    show('The same over one connection to whmapi1d', rowsOf(served));
  } finally {
    await stop(daemon.child);
  }
  await compareServices(runs);
}

function call(url: string, token: string, agent: Agent): Promise<void> {
  return new Promise((done, fail) => {
    const sent = request(url, { agent, headers: { authorization: `whm root:${token}` } }, (response) => {
      response.resume();
      response.on('end', () => (response.statusCode === 200 ? done() : fail(new Error(`${url} failed.`))));
    });
    sent.on('error', fail);
    sent.end();
  });
}

/** Runs on the machine: servicestatus over one connection, and the call of systemctl that it makes. */
const onMachine = `
  const { spawnSync } = require('node:child_process');
  const { Agent, request } = require('node:https');
  const [token, runs, ...units] = process.argv.slice(2);
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  const ask = (name) => new Promise((done, fail) => {
    const headers = { authorization: 'whm root:' + token };
    request('https://127.0.0.1:2087/json-api/' + name + '?api.version=1', { agent, headers }, (response) => {
      response.resume();
      response.on('end', () => (response.statusCode === 200 ? done() : fail(new Error(name))));
    }).setTimeout(60000, function () { this.destroy(new Error(name + ' does not respond.')); }).on('error', fail).end();
  });
  const words = ['show', '--property=LoadState,UnitFileState,ActiveState', '--', ...units];
  const ways = {
    systemctl: () => { if (spawnSync('systemctl', words).status !== 0) throw new Error('systemctl'); },
    nothing: () => ask('gethostname'),
    servicestatus: () => ask('servicestatus'),
  };
  (async () => {
    const times = { systemctl: [], nothing: [], servicestatus: [] };
    for (let run = -3; run < Number(runs); run++) {
      for (const [way, work] of Object.entries(ways)) {
        const began = performance.now();
        await work();
        if (run >= 0) times[way].push(performance.now() - began);
      }
    }
    console.log(JSON.stringify(times));
    agent.destroy();
  })();
`;

async function compareServices(runs: number): Promise<void> {
  const why = whyNotOnMachine();
  if (why !== undefined) {
    console.log(`\nservicestatus is not measured: ${why}.`);
    return;
  }
  makePackageFolder();
  const machine = await bootMachine(machineRoot());
  try {
    copyFileSync(await builtPackage(), machine.path('/var/tmp/whmapi1.deb'));
    machine.install('/var/tmp/whmapi1.deb');
    const { stdout } = machine.run('whmapi1', ['--output=json', 'api_token_create', 'token_name=bench']);
    const { token } = (JSON.parse(stdout) as { data: { token: string } }).data;
    writeFileSync(machine.path('/var/tmp/bench.cjs'), onMachine);
    const units = [...new Set(services.flatMap((service) => service.units))].map((unit) => `${unit}.service`);
    const words = ['/var/tmp/bench.cjs', token, String(runs), ...units];
    // In a unit, so that the kernel shares processors between both ways as it does between services.
    const unit = ['--quiet', '--wait', '--pipe', '--collect', 'node', ...words];
    const ran = machine.run('systemd-run', unit, { timeoutMs: 600_000 });
    if (ran.status !== 0) throw new Error(ran.stderr);
    const times = JSON.parse(ran.stdout) as Record<string, number[]>;
    const [systemctl, nothing, status] = ['systemctl', 'nothing', 'servicestatus'].map((way) =>
      takenBy(times[way] ?? []),
    ) as [Taken, Taken, Taken];
    show('All services, on a booted Debian, against “systemctl show” alone', [
      { name: 'servicestatus', taken: status, floor: [systemctl] },
      { name: 'gethostname, for comparison', taken: nothing, floor: [systemctl] },
    ]);
  } finally {
    await machine.stop();
    removePackageFolder();
  }
}
