// AutoSSL against pebble, Let’s Encrypt’s own test issuer: validations are really done, and nonces are rejected.
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Task } from '../../src/ground/rules/tasks/tasks.ts';
import { holdCall } from '../support/at-the-same-time.ts';
import { AutosslInstallation, DAY_MS, namesOf } from '../support/autossl.ts';
import { Authority } from '../support/certificates.ts';
import { Pebble } from '../support/pebble.ts';
import { describeWith } from '../support/require-tool.ts';
import '../support/shorter-rests.ts';

describeWith(['pebble', 'pebble-challtestsrv'], 'AutoSSL', () => {
  const pebble = new Pebble({ blocked: ['blocked.example'] });
  let here: AutosslInstallation;
  beforeAll(() => pebble.start());
  afterAll(() => pebble.stop());
  beforeEach(async () => {
    here = new AutosslInstallation(pebble);
    pebble.missing.clear();
    pebble.missingForIssuer.clear();
    pebble.visits.length = 0;
    await here.ok('set_tweaksetting', { key: 'proxysubdomains', value: '0' });
    await here.call('createacct', { username: 'bob', domain: 'bob.example' });
    await here.enable();
  });
  afterEach(() => here.remove());

  const check = (username?: string): Promise<Task> => here.check(username);
  const runDue = (): Promise<Task> => here.runDue();
  const log = (): Promise<string[]> => here.log();
  const installed = () => here.installed();

  it('gets a certificate for all names of a new account, and installs it', async () => {
    const task = await check();
    expect([task.state, task.reason]).toEqual(['done', '']);
    expect(await log()).toContain(
      'success A certificate for bob.example, mail.bob.example, www.bob.example was installed.',
    );
    expect(namesOf(installed()[0])).toEqual(['bob.example', 'mail.bob.example', 'www.bob.example']);
    expect(installed()[0]?.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
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
    // The owner is also told about the new address.
    const found = mails.flatMap((mail) => {
      const subject = /AutoSSL: .*/.exec(mail)?.[0];
      return subject === undefined ? [] : [`${/^To: (.*)$/m.exec(mail)?.[1]} ${subject}`];
    });
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
      lines.push(
        ...(found as unknown as { payload: readonly { readonly contents: string }[] }).payload.map(
          ({ contents }) => contents,
        ),
      );
    }
    expect(new Set(payload.map(({ start_time }) => start_time)).size).toBe(2);
    expect(lines.filter((line) => line.includes('was installed.'))).toHaveLength(1);
    expect(
      lines.filter((line) => /Another task has ordered|is ordering a certificate/.test(line)),
    ).toHaveLength(1);
  });

  it('renews it about when a third of its life is left, with another key', async () => {
    await check();
    const [first] = installed();
    here.time += 58 * DAY_MS;
    expect((await check()).state).toBe('done');
    expect(installed()[0]?.fingerprint256).toBe(first?.fingerprint256);
    // pebble suggests from 59 to 61 days.
    here.time += 3 * DAY_MS;
    expect((await check()).state).toBe('done');
    expect((await log()).join('\n')).toContain('its issuer wants it to be renewed now');
    const [second] = installed();
    expect(second?.fingerprint256).not.toBe(first?.fingerprint256);
    expect(second?.publicKey.equals(first?.publicKey ?? second.publicKey)).toBe(false);
  });

  it('does not replace a certificate that somebody installs while it is ordered', async () => {
    const authority = await Authority.root('Another');
    const other = await authority.issue({
      domains: ['bob.example'],
      until: new Date(here.time + 200 * DAY_MS).toISOString(),
    });
    await here.ok('start_autossl_check_for_one_user', { username: 'bob' });
    const { engine, reached, release } = holdCall(here.engine, 'installssl');
    const task = here.runDue(engine);
    await reached;
    await here.ok('installssl', {
      domain: 'bob.example',
      crt: other.crt,
      cab: authority.crt,
      key: other.key,
    });
    release();
    expect(await task).toMatchObject({ state: 'done', reason: '' });
    expect(installed()[0]?.fingerprint256).toBe(new X509Certificate(other.crt).fingerprint256);
    expect(await log()).toContain(
      'warn Somebody else has installed a certificate meanwhile, so that of AutoSSL was not installed.',
    );
    expect((await here.call('get_autossl_pending_queue')).data).toEqual({ pending_certificates: [] });
  });

  it('knows its own certificate again if the account is renamed while it is ordered', async () => {
    await here.ok('start_autossl_check_for_one_user', { username: 'bob' });
    const { engine, reached, release } = holdCall(here.engine, 'installssl');
    const task = here.runDue(engine);
    await reached;
    await here.ok('modifyacct', { user: 'bob', newuser: 'robert' });
    release();
    expect(await task).toMatchObject({ state: 'done', reason: '' });
    expect((await check('robert')).state).toBe('done');
    const lines = (await log()).join('\n');
    expect(lines).toContain('bob.example: The certificate is valid until');
    expect(lines).not.toContain('Somebody else');
    here.time += 61 * DAY_MS;
    await check('robert');
    expect((await log()).join('\n')).toContain('its issuer wants it to be renewed now');
  });

  it('forgets an order for a domain that the account gives up meanwhile', async () => {
    await here.ok('start_autossl_check_for_one_user', { username: 'bob' });
    const { engine, reached, release } = holdCall(here.engine, 'installssl');
    const task = here.runDue(engine);
    await reached;
    await here.ok('modifyacct', { user: 'bob', domain: 'robert.example' });
    release();
    await task;
    expect((await here.call('get_autossl_pending_queue')).data).toEqual({ pending_certificates: [] });
  });

  it('generates the kind of key that the account prefers', async () => {
    await here.ok('set_tweaksetting', { key: 'ssl_default_key_type', value: 'ecdsa-secp384r1' });
    await check();
    expect(installed()[0]?.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'secp384r1' });
    expect(await here.uapi('bob', 'SSL::set_default_key_type', { type: 'rsa-2048' })).toMatchObject({
      status: 1,
    });
    here.time += 61 * DAY_MS;
    await check();
    expect(installed()[0]?.publicKey.asymmetricKeyDetails).toMatchObject({ modulusLength: 2048 });
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

  it('adds service subdomains, and notifies nobody about those that DNS does not have', async () => {
    await here.ok('set_tweaksetting', { key: 'proxysubdomains', value: '1' });
    await here.call('update_contact_email', { contact_email: 'ann@example.com' });
    await here.ok('setupreseller', { user: 'bob' });
    pebble.missing.add('whm.bob.example');
    const labels = ['cpanel', 'mail', 'webmail', 'www'];
    const names = ['bob.example', ...labels.map((label) => `${label}.bob.example`)];
    // The service subdomains of a new reseller are checked without a call.
    await here.runDue();
    expect(namesOf(installed()[0])).toEqual(names);
    await check();
    expect(namesOf(installed()[0])).toEqual(names);
    const { data } = await here.call('get_autossl_problems_for_user', { username: 'bob' });
    expect(data).toEqual({ problems_by_domain: [] });
    const mails = readdirSync(join(here.state, 'sandbox-mail')).map((name) =>
      readFileSync(join(here.state, 'sandbox-mail', name), 'utf8'),
    );
    expect(mails.join('')).not.toContain('without some names');

    // A renewal does not wait for a service subdomain.
    for (const label of ['cpanel', 'webmail']) pebble.missing.add(`${label}.bob.example`);
    here.time += 62 * DAY_MS;
    await check();
    expect(namesOf(installed()[0])).toEqual(['bob.example', 'mail.bob.example', 'www.bob.example']);
  });

  it('orders nothing if no name can be validated, and has failed at once', async () => {
    for (const name of ['bob.example', 'www.bob.example', 'mail.bob.example']) pebble.missing.add(name);
    const task = await check();
    expect([task.state, task.attempts, task.reason]).toEqual([
      'failed',
      1,
      'No certificate was issued, because none of the names could be validated: bob.example. The log says why for each name.',
    ]);
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
    // It has a new account checked. A second check would leave the order to the one that begins it first.
    await here.ok('createacct', { username: 'eve', domain: 'blocked.example' });
    const { state, reason } = await runDue();
    expect([state, reason]).toEqual([
      'failed',
      'No certificate was issued, because none of the names could be validated: blocked.example. The log says why for ' +
        'each name.',
    ]);
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
