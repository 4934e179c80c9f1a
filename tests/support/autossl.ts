// An installation whose accounts AutoSSL checks, at a pebble.
import { randomBytes, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../../src/core/engine.ts';
import * as tasks from '../../src/ground/rules/tasks/tasks.ts';
import type { Task } from '../../src/ground/rules/tasks/tasks.ts';
import { StateDirectory } from '../../src/store/state-directory.ts';
import { TaskLogFiles } from '../../src/store/task-logs.ts';
import { taskKinds } from '../../src/capabilities/tasks.generated.ts';
import { Worker } from '../../src/worker/worker.ts';
import { Installation } from './installation.ts';
import type { Pebble } from './pebble.ts';

export const DAY_MS = 86_400_000;

/** The hourly renewals would do the work of the checks that tests start. */
const { 'autossl-renewals': RENEWALS, ...OTHERS } = taskKinds;

interface Log {
  readonly payload: readonly { readonly type: string; readonly contents: string }[];
}

export class AutosslInstallation extends Installation {
  /** @param environment in addition to that of pebble. */
  constructor(pebble: Pebble, environment: Readonly<Record<string, string>> = {}) {
    super({ environment: { ...pebble.environment, ...environment } });
    // Certificates are valid from the time of the issuer, which is real, and the clock of the installation stands still.
    this.time = Date.now() + 3_600_000;
    this.overrides.randomBytes = randomBytes as never;
    pebble.challenges.add(join(this.state, 'root/var/lib/whmapi1-acme'));
  }

  async ok(command: string, args: Readonly<Record<string, string | readonly string[]>> = {}) {
    const { metadata, data } = await this.call(command, args as never);
    if (metadata.result !== 1) throw new Error(`${command}: ${metadata.reason}`);
    return data as unknown;
  }

  /** Accepts the issuer’s terms, and registers this server. */
  async enable(): Promise<void> {
    const { payload } = (await this.ok('get_autossl_providers')) as {
      payload: readonly { readonly x_terms_of_service: string }[];
    };
    await this.ok('set_autossl_provider', {
      provider: 'LetsEncrypt',
      x_terms_of_service_accepted: payload[0]?.x_terms_of_service ?? '',
    });
  }

  /** Runs the tasks that are due. @returns the last one of the check. */
  async runDue(engine: Engine = this.engine): Promise<Task> {
    await this.#run(engine, OTHERS);
    const last = (await this.#tasks(engine)).findLast(({ kind }) => kind === 'autossl-check');
    if (last !== undefined) return last;
    const ended = (await this.#tasks(engine)).map(({ kind, state, reason }) => `${kind}: ${state} ${reason}`);
    throw new Error(`There was no check. ${ended.join(' | ')}`);
  }

  /** Runs the hourly renewals, an hour later. */
  async renew(): Promise<Task | undefined> {
    const kinds = { 'autossl-renewals': RENEWALS } as unknown as typeof taskKinds;
    await this.#run(this.engine, kinds);
    this.time += 3_600_001;
    await this.#run(this.engine, kinds);
    return (await this.#tasks(this.engine)).findLast(({ kind }) => kind === 'autossl-renewals');
  }

  async #run(engine: Engine, kinds: typeof taskKinds): Promise<void> {
    const logs = new TaskLogFiles(new StateDirectory(this.state, process.geteuid?.() ?? 0), () => this.time);
    const worker = new Worker({ engine, storeState: async () => '', kinds, logs });
    await worker.runDue();
    await worker.close();
  }

  #tasks(engine: Engine): Promise<Task[]> {
    return engine.store.transaction('reads', async (db) => ({ value: await tasks.list(db), keep: false }));
  }

  async check(username = 'bob'): Promise<Task> {
    const data = await this.ok('start_autossl_check_for_one_user', { username });
    const task = await this.runDue();
    expect(data).toEqual({ pid: task.id });
    return task;
  }

  async checkAll(): Promise<Task> {
    await this.ok('start_autossl_check_for_all_users');
    return this.runDue();
  }

  /** The last run. */
  async log(): Promise<string[]> {
    const { payload } = (await this.ok('get_autossl_logs_catalog')) as {
      payload: readonly { readonly start_time: string }[];
    };
    const start = payload[0]?.start_time ?? '';
    const { payload: lines } = (await this.ok('get_autossl_log', { start_time: start })) as Log;
    return lines.map(({ type, contents }) => `${type} ${contents}`);
  }

  /** What the web server reads for a site: its certificate, and the issuers. */
  installed(servername = 'bob.example'): X509Certificate[] {
    const sites = join(this.state, 'root/etc/ssl/whmapi1/sites');
    const name = readdirSync(sites).find((one) => one.startsWith(`${servername}-`)) ?? '';
    const text = readFileSync(join(sites, name), 'utf8');
    const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    return blocks.map((block) => new X509Certificate(block));
  }

  /** The problems of an account: its names, and why they are in no certificate. */
  async problems(username = 'bob'): Promise<Readonly<Record<string, string>>> {
    const { problems_by_domain: rows } = (await this.ok('get_autossl_problems_for_user', { username })) as {
      problems_by_domain: readonly { readonly domain: string; readonly problem: string }[];
    };
    return Object.fromEntries(rows.map(({ domain, problem }) => [domain, problem]));
  }
}

/** The names of a certificate, sorted. */
export const namesOf = (one: X509Certificate | undefined) =>
  (one?.subjectAltName ?? '')
    .split(', ')
    .map((entry) => entry.replace('DNS:', ''))
    .sort();
