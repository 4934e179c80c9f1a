// One account more among many virtual hosts on a real Apache, and what visitors notice of changes.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { LockingWork } from '../../src/ground/driver/each-account.ts';
import { renderAccount } from '../../src/capabilities/web/driver/virtual-hosts/apache/render-account.ts';
import {
  DEFAULT_CERTIFICATE,
  DEFAULT_KEY,
} from '../../src/capabilities/web/driver/virtual-hosts/default-certificate.ts';
import type { AccountWeb } from '../../src/capabilities/web/driver/virtual-hosts/contract.ts';
import { PrivateApache } from '../../tests/support/private-apache.ts';
import { median } from './measure.ts';

const FEW = 50;
const MANY = 5000;
/** The access log, once for HTTP and once for HTTPS, and the error log. A reload closes them before it opens the new ones. */
const FILES_PER_ACCOUNT = 3;
/** What Apache has open besides. */
const OTHER_FILES = 100;
const TOGETHER = 1000;
/** Accounts that the measurements add, at most. */
const ADDED = 200;
const VISIT_EVERY_MS = 10;
/** No call changes an account meanwhile. */
const alone: Pick<LockingWork, 'withLocks'> = { withLocks: (_locks, work) => work() };

export async function compareVirtualHosts(runs: number): Promise<void> {
  if (spawnSync('apache2', ['-v']).error !== undefined) {
    console.log(
      '\nVirtual hosts are not measured: apache2 is not installed (Debian: apt install apache2-bin).',
    );
    return;
  }
  console.log('\nVirtual hosts on Apache');
  const most = Math.floor((maxFiles() - OTHER_FILES) / FILES_PER_ACCOUNT) - TOGETHER - ADDED;
  const many = Math.min(MANY, most);
  if (many < MANY)
    console.log(`  ${many} instead of ${MANY} virtual hosts, because of the limit of open files`);
  const apache = await PrivateApache.start();
  try {
    const web = new Web(apache);
    web.fill(FEW);
    const few = await web.changes(runs);
    web.fill(many);
    const among = await web.changes(runs);
    const text = ({ added, served }: Times) => `${added.toFixed(0)} ms, served after ${served.toFixed(0)} ms`;
    console.log(`  one account more among ${FEW}: ${text(few)}`);
    console.log(
      `  one account more among ${many}: ${text(among)}; ${(among.added / few.added).toFixed(1)} and ` +
        `${(among.served / few.served).toFixed(1)} times as long`,
    );
    await web.changesWithVisitor();
  } finally {
    await apache.close();
  }
}

function maxFiles(): number {
  const [, limit = '1024'] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return Number(limit);
}

interface Times {
  /** Until the call returns. */
  readonly added: number;
  /** Until Apache uses the virtual host. */
  readonly served: number;
}

class Web {
  readonly #apache: PrivateApache;
  readonly #pem: string;
  #present = 0;
  #added = 0;

  constructor(apache: PrivateApache) {
    this.#apache = apache;
    this.#pem = apache.text(DEFAULT_KEY) + apache.text(DEFAULT_CERTIFICATE);
    for (const path of ['/etc/ssl/whmapi1/sites', '/etc/apache2/whmapi1/accounts'])
      mkdirSync(apache.path(path), { recursive: true });
  }

  #prepare(username: string): AccountWeb {
    const documentRoot = `/home/${username}/public_html`;
    const path = `/etc/ssl/whmapi1/sites/${username}.pem`;
    const servername = `${username}.example`;
    for (const folder of [`/var/log/whmapi1-domlogs/${username}`, documentRoot])
      mkdirSync(this.#apache.path(folder), { recursive: true });
    writeFileSync(this.#apache.path(path), this.#pem, { mode: 0o600 });
    return {
      username,
      home: `/home/${username}`,
      addresses: { ipv4: null, ipv6: null },
      isSuspended: false,
      isOverLimit: false,
      hasCgi: true,
      hosts: [
        {
          ...{ servername, documentRoot },
          aliases: [`www.${servername}`, `mail.${servername}`],
          certificate: { path, id: 'a' },
        },
      ],
    };
  }

  /** Adds accounts until there are as many, without a reload. */
  fill(count: number): void {
    for (; this.#present < count; this.#present++) {
      const web = this.#prepare(`user${this.#present}`);
      const text = renderAccount(web, (path) => this.#apache.path(path), this.#apache.ports);
      this.#apache.write(`/etc/apache2/whmapi1/accounts/${web.username}.conf`, text);
    }
  }

  async #add(): Promise<void> {
    const web = this.#prepare(`new${this.#added++}`);
    const step = this.#apache.apache.add(web.username, web);
    await step.apply(this.#apache.machine, await step.prepare(this.#apache.machine));
  }

  /** Medians, in milliseconds. The first addition, which also loads what `fill` added, does not count. */
  async changes(runs: number): Promise<Times> {
    await this.#add();
    await this.#apache.apache.confirm(this.#apache.machine, alone);
    const added: number[] = [];
    const served: number[] = [];
    for (let run = 0; run < runs; run++) {
      const start = performance.now();
      await this.#add();
      added.push(performance.now() - start);
      await this.#apache.apache.confirm(this.#apache.machine, alone);
      served.push(performance.now() - start);
    }
    return { added: median(added), served: median(served) };
  }

  /** A visitor asks for a page 100 times a second while many accounts are added. */
  async changesWithVisitor(): Promise<void> {
    this.#apache.write('/home/user0/public_html/index.html', 'here');
    const seen = { good: 0, failed: 0 };
    const failures = new Set<string>();
    const end = new AbortController();
    const visit = async () => {
      const outcome = await this.#apache.get('user0.example', '/').then(
        ({ status }) => String(status),
        (error: unknown) => (error as Error).message,
      );
      seen[outcome === '200' ? 'good' : 'failed']++;
      if (outcome !== '200') failures.add(outcome);
    };
    const visitor = (async () => {
      const visits: Promise<void>[] = [];
      for (; !end.signal.aborted; await pause(VISIT_EVERY_MS)) visits.push(visit());
      await Promise.all(visits);
    })();
    const start = performance.now();
    await Promise.all(Array.from({ length: TOGETHER }, () => this.#add()));
    const duration = performance.now() - start;
    await this.#apache.apache.confirm(this.#apache.machine, alone);
    end.abort();
    await visitor;
    console.log(
      `  ${TOGETHER} accounts at once: ${duration.toFixed(0)} ms; meanwhile ${seen.good} requests of a visitor were ` +
        `answered, and ${seen.failed} failed${failures.size === 0 ? '' : `: ${[...failures].join(', ')}`}`,
    );
  }
}
