// Accounts with home, zone, virtual host and PHP-FPM pool on a booted Debian to throw away, with the profile STANDARD: how
// many a minute, what the time goes to, whether it grows, and whether a visitor of another website notices. Against what
// useradd, chpasswd and one reload of Apache take.
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { whyNotOnMachine } from '../../tests/machine/describe-on-machine.ts';
import type { Machine } from '../../tests/machine/machine.ts';
import { bootHosting, Hosting, PASSWORD, until, untilAnswers } from './hosting.ts';
import { median } from './measure.ts';
import { partsOf, showParts, type Parts, type Sums } from './spent-parts.ts';

const ACCOUNTS = 1000;
/** How long the calls at a time may take. Accounts are created in portions until then. */
const MOST_MS = 600_000;
const PORTION = 50;
/** Accounts that are created while a visitor asks for pages. Its work is not part of the rate. */
const VISITED = 200;
/** One after the other, with few accounts and with many. */
const SINGLE = 20;
/** Calls at the same time. */
const CLIENTS = 16;
const SPENT = '/srv/time-spent.json';
const REQUIRED = '/srv/time-spent.cjs';
const VISITOR = '/srv/visit-client.cjs';
const VISITS = '/srv/visits.json';
/** Whose processor time is shown, by the unit of systemd. */
const UNITS = {
  'whmapi1d and its tools': 'whmapi1d.service',
  'PHP-FPM': 'php8.4-fpm.service',
  Apache: 'apache2.service',
  BIND: 'named.service',
  'the journal': 'systemd-journald.service',
};
/** How often a visitor asks for a page, in turn a file and a PHP program. */
const VISIT_EVERY_MS = 10;
const KNOWN = {
  'useradd and chpasswd': ['useradd', 'chpasswd'],
  'named (rndc, checks, SOA query)': ['rndc', 'named-checkzone', 'named-checkconf', 'DNS'],
  'Apache, check of the file': ['apache2', 'apache2ctl'],
  'Apache, request of the reload': ['systemctl apache2'],
  'PHP-FPM, check of the file and of all pools': ['php-fpm8.4'],
  'PHP-FPM, reload': ['systemctl php8.4-fpm.service'],
  'the store': ['store'],
};

export async function compareAccountsWithWebsites(work: string): Promise<void> {
  const why = whyNotOnMachine();
  if (why !== undefined) {
    console.log(`\nMaking accounts with websites is not measured: ${why}.`);
    return;
  }
  const machine = await bootHosting(work);
  try {
    await setUp(machine);
    await compare(new MeasuredHosting(machine));
  } finally {
    await machine.stop();
  }
}

async function setUp(machine: Machine): Promise<void> {
  copyFileSync(join(import.meta.dirname, 'time-spent.cjs'), machine.path(REQUIRED));
  copyFileSync(join(import.meta.dirname, 'visit-client.cjs'), machine.path(VISITOR));
  machine.sh(`mkdir -p /etc/systemd/system/whmapi1d.service.d
    printf '[Service]\\nEnvironment=NODE_OPTIONS=--require=${REQUIRED} TIME_SPENT=${SPENT}\\n' \
      >/etc/systemd/system/whmapi1d.service.d/bench.conf
    systemctl daemon-reload
    systemctl restart whmapi1d`);
  await untilAnswers(machine);
}

interface Visits {
  readonly good: number;
  /** By status or error. */
  readonly failed: Readonly<Record<string, number>>;
}

class MeasuredHosting extends Hosting {
  async oneByOne(prefix: string): Promise<Parts> {
    const before = await this.#spent();
    const all = this.create(prefix, SINGLE);
    return partsOf({ before, after: await this.#spent(), all, accounts: SINGLE }, KNOWN);
  }

  async #spent(): Promise<Sums> {
    const path = this.machine.path(SPENT);
    rmSync(path, { force: true });
    this.machine.sh('systemctl kill --kill-whom=main --signal=SIGUSR2 whmapi1d');
    await until('the server wrote what its time went to', () => existsSync(path));
    return JSON.parse(readFileSync(path, 'utf8')) as Sums;
  }

  /** Milliseconds of a user with a password and a home, without this program. */
  user(name: string): number {
    return this.#time(`useradd --create-home ${name}; echo '${name}:${PASSWORD}' | chpasswd`);
  }

  /** Milliseconds of a reload by systemd, which checks the configuration first. */
  reload(): number {
    return this.#time('systemctl reload apache2');
  }

  #time(script: string): number {
    const words = `begun=$(date +%s%N); { ${script}; } >&2; echo $(( ($(date +%s%N) - begun) / 1000 ))`;
    return Number(this.machine.sh(words)) / 1000;
  }

  /** Has a visitor ask for the pages of an account while `work` runs. @returns how many answers it got. */
  async visited(username: string, work: () => void): Promise<Visits> {
    const host = `${username}.example`;
    const words = JSON.stringify({
      host,
      paths: ['/page.html', '/page.php'],
      everyMs: VISIT_EVERY_MS,
      result: VISITS,
    });
    this.machine.sh(`cd /home/${username}/public_html
      runuser -u ${username} -- sh -c 'echo here >page.html; echo "<?php echo 1;" >page.php'
      until curl -sf -o /dev/null --resolve ${host}:80:127.0.0.1 http://${host}/page.php; do sleep 0.1; done
      systemd-run --quiet --unit=visitor "$(command -v node)" ${VISITOR} '${words}'`);
    work();
    this.machine.sh('systemctl stop visitor');
    await until('the visitor wrote what it saw', () => existsSync(this.machine.path(VISITS)));
    return JSON.parse(readFileSync(this.machine.path(VISITS), 'utf8')) as Visits;
  }

  /** Processor time in milliseconds since each service began. */
  get processorTime(): Readonly<Record<string, number>> {
    const of = (unit: string) =>
      this.count(`sed -n 's/^usage_usec //p' /sys/fs/cgroup/system.slice/${unit}/cpu.stat`) / 1000;
    return Object.fromEntries(Object.entries(UNITS).map(([name, unit]) => [name, of(unit)]));
  }

  count(script: string): number {
    return Number(this.machine.sh(script));
  }

  get reloads(): Readonly<Record<'apache' | 'php' | 'named', number>> {
    return {
      apache: this.count('grep -c AH00493 /var/log/apache2/error.log || true'),
      php: this.count('grep -c "Reloading in progress" /var/log/php8.4-fpm.log || true'),
      named: this.count('journalctl -u named | grep -c "control channel command .reconfig" || true'),
    };
  }
}

async function compare(hosting: MeasuredHosting): Promise<void> {
  // Before and after, because the load of the computer may change.
  const plain = (prefix: string) =>
    Array.from({ length: SINGLE / 2 }, (_, at) => hosting.user(`${prefix}${at}`));
  const users = plain('before');
  hosting.create('first', 3);
  const few = await hosting.oneByOne('a');
  const before = hosting.reloads;
  const usedBefore = hosting.processorTime;
  let [took, made] = [0, 0];
  while (made < ACCOUNTS && took < MOST_MS) {
    took += hosting.create(`m${made}x`, PORTION, CLIENTS);
    made += PORTION;
  }
  const used = hosting.processorTime;
  const after = hosting.reloads;
  let visitedTook = 0;
  const visits = await hosting.visited('first0', () => {
    visitedTook = hosting.create('v', VISITED, CLIENTS);
  });
  const many = await hosting.oneByOne('z');
  users.push(...plain('after'));
  const reload = hosting.reload();
  const total = made + VISITED + 3 + 2 * SINGLE;
  const floor = made * median(users) + reload;
  const perMinute = (ms: number, count = made) => ((count / ms) * 60_000).toFixed(0);
  console.log(`\n${made} accounts with zone, virtual host, pool and home, ${CLIENTS} calls at a time\n`);
  console.log('| way | accounts a minute | ratio |\n| --- | --- | --- |');
  console.log(`| useradd and chpasswd, one reload of Apache | ${perMinute(floor)} | 1 |`);
  console.log(`| createacct | ${perMinute(took)} | ${(floor / took).toFixed(2)} |`);
  console.log(
    `\nReloads meanwhile: Apache ${after.apache - before.apache}, PHP-FPM ${after.php - before.php}, ` +
      `BIND ${after.named - before.named}. With all of them, a reload of Apache took ${reload.toFixed(0)} ms, and ` +
      `useradd with chpasswd ${median(users).toFixed(0)} ms.`,
  );
  const usedFor = Object.entries(used).map(
    ([name, ms]) => `${name} ${((ms - (usedBefore[name] ?? 0)) / made).toFixed(1)} ms`,
  );
  console.log(`Processor time for an account: ${usedFor.join(', ')}.`);
  const failed = Object.entries(visits.failed).map(([what, count]) => `${count} (${what})`);
  console.log(
    `During ${VISITED} more (${perMinute(visitedTook, VISITED)} a minute), a visitor who asked for a page every ` +
      `${VISIT_EVERY_MS} ms got ${visits.good} answers, and ${failed.length === 0 ? 'no request failed' : `these failed: ${failed.join(', ')}`}.`,
  );
  const one = few.all ?? NaN;
  console.log(
    `Alone, createacct takes ${(one / median(users)).toFixed(2)} times as long as useradd with chpasswd (to reach: 4).`,
  );
  showParts(few, many, [`with ${3 + SINGLE} accounts`, `with ${total}`]);
}
