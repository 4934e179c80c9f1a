// AutoSSL against pebble, Let’s Encrypt’s own test issuer: validations are really done, and nonces are rejected.
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tasks from '../../src/model/tasks/tasks.ts';
import type { Task } from '../../src/model/tasks/tasks.ts';
import { StateDirectory } from '../../src/store/state-directory.ts';
import { TaskLogFiles } from '../../src/store/task-logs.ts';
import { taskKinds } from '../../src/tasks/loaders.generated.ts';
import { Worker } from '../../src/worker/worker.ts';
import { Installation } from '../support/installation.ts';
import { Pebble } from '../support/pebble.ts';
import { describeWith } from '../support/require-tool.ts';

const DAY_MS = 86_400_000;

describeWith(['pebble', 'pebble-challtestsrv'], 'AutoSSL', () => {
  const pebble = new Pebble({ blocked: ['blocked.example'] });
  let here: Installation;
  beforeAll(() => pebble.start());
  afterAll(() => pebble.stop());
  beforeEach(async () => {
    here = new Installation({ environment: pebble.environment });
    // Certificates are valid from the time of the issuer, which is real, and the clock of the installation stands still.
    here.time = Date.now() + 3_600_000;
    here.overrides.randomBytes = (await import('node:crypto')).randomBytes as never;
    pebble.challenges = join(here.state, 'root/var/lib/whmapi1-acme');
    pebble.missing.clear();
    pebble.missingForIssuer.clear();
    pebble.visits.length = 0;
    await here.call('createacct', { username: 'bob', domain: 'bob.example' });
    const { data } = await here.call('get_autossl_providers');
    const { payload } = data as unknown as { payload: readonly { readonly x_terms_of_service: string }[] };
    const { metadata } = await here.call('set_autossl_provider', {
      provider: 'LetsEncrypt',
      x_terms_of_service_accepted: payload[0]?.x_terms_of_service ?? '',
    });
    expect(metadata.reason).toBe('OK');
  });
  afterEach(() => {
    here.remove();
  });

  /** Runs the tasks that are due. @returns the last one of the check. */
  async function runDue(): Promise<Task> {
    const logs = new TaskLogFiles(new StateDirectory(here.state, process.geteuid?.() ?? 0), () => here.time);
    const engine = here.engine;
    const worker = new Worker({ engine, storeState: async () => '', kinds: taskKinds, logs });
    await worker.runDue();
    await worker.close();
    const list = await engine.store.transaction('reads', async (db) => ({
      value: await tasks.list(db),
      keep: false,
    }));
    const last = list.findLast(({ kind }) => kind === 'autossl-check');
    if (last === undefined) throw new Error('There was no check.');
    return last;
  }

  async function check(): Promise<Task> {
    const { data } = await here.call('start_autossl_check_for_one_user', { username: 'bob' });
    const task = await runDue();
    expect(data).toEqual({ pid: task.id });
    return task;
  }

  interface Log {
    readonly payload: readonly { readonly type: string; readonly contents: string }[];
  }
  /** The last run. */
  async function log(): Promise<string[]> {
    const { data } = await here.call('get_autossl_logs_catalog');
    const { payload } = data as unknown as { payload: readonly { readonly start_time: string }[] };
    const start = payload[0]?.start_time ?? '';
    const { data: lines } = await here.call('get_autossl_log', { start_time: start });
    return (lines as unknown as Log).payload.map(({ type, contents }) => `${type} ${contents}`);
  }

  /** What the web server reads for a site: its certificate, and the issuers. */
  function installed(servername = 'bob.example'): X509Certificate[] {
    const sites = join(here.state, 'root/etc/ssl/whmapi1/sites');
    const name = readdirSync(sites).find((one) => one.startsWith(`${servername}-`)) ?? '';
    const text = readFileSync(join(sites, name), 'utf8');
    const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    return blocks.map((block) => new X509Certificate(block));
  }
  const namesOf = (one: X509Certificate | undefined) =>
    (one?.subjectAltName ?? '')
      .split(', ')
      .map((entry) => entry.replace('DNS:', ''))
      .sort();

  it('gets a certificate for all names of a new account, and installs it', async () => {
    const task = await check();
    expect([task.state, task.reason]).toEqual(['done', '']);
    expect(await log()).toContain(
      'success A certificate for bob.example, mail.bob.example, www.bob.example was installed.',
    );
    expect(namesOf(installed()[0])).toEqual(['bob.example', 'mail.bob.example', 'www.bob.example']);
    // pebble itself has looked at each name.
    const visits = pebble.visits.filter((visit) => !visit.includes('whmapi1'));
    expect(new Set(visits.map((visit) => visit.split(' ')[0]))).toEqual(
      new Set(['bob.example', 'mail.bob.example', 'www.bob.example']),
    );
    expect((await here.call('get_autossl_pending_queue')).data).toEqual({ pending_certificates: [] });
  });

  it('notifies the administrators and the owner, as the metadata says', async () => {
    await here.call('update_contact_email', { contact_email: 'ann@example.com' });
    await here.call('modifyacct', { user: 'bob', contactemail: 'bob@example.org' });
    await here.call('set_autossl_metadata_key', {
      key: 'notify_autossl_renewal_uncovered_domains_user',
      value: 0,
    });
    pebble.missing.add('www.bob.example');
    await check();
    const mails = readdirSync(join(here.state, 'sandbox-mail')).map((name) =>
      readFileSync(join(here.state, 'sandbox-mail', name), 'utf8'),
    );
    const found = mails.map((mail) => `${/^To: (.*)$/m.exec(mail)?.[1]} ${/AutoSSL: .*/.exec(mail)?.[0]}`);
    expect(found.sort()).toEqual([
      'ann@example.com AutoSSL: new certificates',
      'ann@example.com AutoSSL: new certificates without some names',
      'bob@example.org AutoSSL: new certificates',
    ]);
  });

  it('orders once if two checks of an account run at the same time', async () => {
    await here.call('start_autossl_check_for_one_user', { username: 'bob' });
    await here.call('start_autossl_check_for_all_users');
    await runDue();
    const { data } = await here.call('get_autossl_logs_catalog');
    const { payload } = data as unknown as { payload: readonly { readonly start_time: string }[] };
    const lines: string[] = [];
    for (const { start_time } of payload) {
      const { data: found } = await here.call('get_autossl_log', { start_time });
      lines.push(...(found as unknown as Log).payload.map(({ contents }) => contents));
    }
    expect(new Set(payload.map(({ start_time }) => start_time)).size).toBe(2);
    expect(lines.filter((line) => line.includes('was installed.'))).toHaveLength(1);
    expect(
      lines.filter((line) => /Another task has ordered|is ordering a certificate/.test(line)),
    ).toHaveLength(1);
  });

  it('renews it when a third of its life is left, with another key', async () => {
    await check();
    const [first] = installed();
    here.time += 59 * DAY_MS;
    expect((await check()).state).toBe('done');
    expect(installed()[0]?.fingerprint256).toBe(first?.fingerprint256);
    here.time += 2 * DAY_MS;
    expect((await check()).state).toBe('done');
    expect((await log()).join('\n')).toContain('less than a third of its life is left');
    const [second] = installed();
    expect(second?.fingerprint256).not.toBe(first?.fingerprint256);
    expect(second?.publicKey.equals(first?.publicKey ?? second.publicKey)).toBe(false);
  });

  it('leaves out a name that does not point here, says why, and adds it later', async () => {
    await pebble.breakName('www.bob.example');
    try {
      expect((await check()).state).toBe('done');
      expect(namesOf(installed()[0])).toEqual(['bob.example', 'mail.bob.example']);
      // The issuer was not asked to validate it.
      expect(pebble.visits.filter((visit) => visit.startsWith('www.'))).toEqual([]);
      const { data } = await here.call('get_autossl_problems_for_domain', { domain: 'www.bob.example' });
      const { problems_by_domain: problems } = data as unknown as {
        problems_by_domain: readonly { readonly problem: string; readonly log: string }[];
      };
      expect(problems[0]?.problem).toContain('“www.bob.example” could not be resolved');
      const { data: catalog } = await here.call('get_autossl_logs_catalog');
      expect(catalog).toMatchObject({
        payload: [{ start_time: problems[0]?.log, username: 'bob', in_progress: 0 }],
      });
      // Nothing is gained by another order.
      const [present] = installed();
      await check();
      expect(installed()[0]?.fingerprint256).toBe(present?.fingerprint256);
    } finally {
      await pebble.mendName('www.bob.example');
    }
    await check();
    expect(namesOf(installed()[0])).toEqual(['bob.example', 'mail.bob.example', 'www.bob.example']);
    const after = await here.call('get_autossl_problems_for_user', { username: 'bob' });
    expect(after.data).toEqual({ problems_by_domain: [] });
  });

  it('orders again without a name that only the issuer cannot validate, and tries that one a day later', async () => {
    pebble.missingForIssuer.add('mail.bob.example');
    expect((await check()).state).toBe('done');
    expect(namesOf(installed()[0])).toEqual(['bob.example', 'www.bob.example']);
    const { data } = await here.call('get_autossl_problems_for_user', { username: 'bob' });
    expect(data).toMatchObject({ problems_by_domain: [{ domain: 'mail.bob.example' }] });
    const asked = () =>
      pebble.visits.filter((visit) => visit.startsWith('mail.') && !visit.includes('whmapi1'));
    const before = asked().length;
    await here.call('start_autossl_check_for_all_users');
    await runDue();
    expect(asked()).toHaveLength(before);
    expect((await log()).join('\n')).toContain(
      'mail.bob.example: the issuer could not validate it. It is tried again on',
    );
    pebble.missingForIssuer.clear();
    here.time += DAY_MS;
    await here.call('start_autossl_check_for_all_users');
    await runDue();
    expect(namesOf(installed()[0])).toEqual(['bob.example', 'mail.bob.example', 'www.bob.example']);
  });

  it('does not lose names of a valid certificate before the last days', async () => {
    await check();
    const [first] = installed();
    pebble.missing.add('www.bob.example');
    here.time += 62 * DAY_MS;
    await check();
    expect(installed()[0]?.fingerprint256).toBe(first?.fingerprint256);
    expect((await log()).join('\n')).toContain('The renewal waits for them until');
    here.time += 26 * DAY_MS;
    await check();
    expect(namesOf(installed()[0])).toEqual(['bob.example', 'mail.bob.example']);
  });

  it('orders nothing if no name can be validated', async () => {
    for (const name of ['bob.example', 'www.bob.example', 'mail.bob.example']) pebble.missing.add(name);
    expect((await check()).state).toBe('done');
    expect((await log()).join('\n')).toContain('None of its names can be validated');
    expect((await here.call('get_autossl_pending_queue')).data).toEqual({ pending_certificates: [] });
    expect(pebble.visits.some((visit) => !visit.includes('whmapi1'))).toBe(false);
  });

  it('leaves out excluded names, and orders nothing if all are', async () => {
    pebble.missing.add('mail.bob.example');
    await check();
    const problems = async () => (await here.call('get_autossl_problems_for_user', { username: 'bob' })).data;
    expect(await problems()).toMatchObject({ problems_by_domain: [{ domain: 'mail.bob.example' }] });
    const bob = { username: 'bob' };
    const names = ['bob.example', 'mail.bob.example'];
    await here.call('add_autossl_user_excluded_domains', { ...bob, domain: names });
    expect(await problems()).toEqual({ problems_by_domain: [] });
    // The present certificate stays until it has to be renewed.
    const [first] = installed();
    await check();
    expect(installed()[0]?.fingerprint256).toBe(first?.fingerprint256);
    here.time += 62 * DAY_MS;
    await check();
    expect(namesOf(installed()[0])).toEqual(['www.bob.example']);
    expect(await problems()).toEqual({ problems_by_domain: [] });

    await here.call('add_autossl_user_excluded_domains', { ...bob, domain: 'www.bob.example' });
    const visits = pebble.visits.length;
    await check();
    expect((await log()).join('\n')).toContain('bob.example: all of its names are excluded.');
    expect(pebble.visits).toHaveLength(visits);
    pebble.missing.clear();
    await here.call('set_autossl_user_excluded_domains', bob);
    await check();
    expect(namesOf(installed()[0])).toEqual(['bob.example', 'mail.bob.example', 'www.bob.example']);
  });

  it('says what the issuer does not accept', async () => {
    await here.call('createacct', { username: 'eve', domain: 'blocked.example' });
    await here.call('start_autossl_check_for_one_user', { username: 'eve' });
    expect((await runDue()).state).toBe('done');
    const { data } = await here.call('get_autossl_problems_for_user', { username: 'eve' });
    expect(JSON.stringify(data)).toContain('policy');
  });

  it('leaves the sites of suspended accounts and of those without the feature alone', async () => {
    await here.call('suspendacct', { user: 'bob' });
    await check();
    expect((await log()).join('\n')).toContain('bob: The account is suspended.');
    await here.call('unsuspendacct', { user: 'bob' });
    await here.call('add_override_features_for_user', { user: 'bob', features: '{"autossl":0}' });
    await check();
    expect((await log()).join('\n')).toContain('does not have the feature “autossl”');
    expect(pebble.visits).toEqual([]);
  });
});
