// The authentication of mail: DKIM keys with their files and records, SPF, DMARC, and the checks in DNS.
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MachineError } from '../../src/core/machine-error.ts';
import type { MachineResolver } from '../../src/core/machine-resolver.ts';
import type { Json } from '../../src/core/values.ts';
import { callerNamed } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => {
  here.remove();
});

type Args = Readonly<Record<string, Json>>;
type Row = Readonly<Record<string, Json>>;

/** The roles of the server. */
async function activate(...roles: string[]): Promise<void> {
  await here.engine.store.transaction('changes', async (db) => {
    await db.run('DELETE FROM active_profile');
    await db.run(
      "INSERT INTO active_profile (server, code, roles, activated_at) VALUES (?, 'STANDARD', ?, 0)",
      ...[db.server, JSON.stringify(roles)],
    );
    return { value: undefined, keep: true };
  });
}

async function ok(command: string, args: Args = {}, as?: string) {
  const answer = await here.call(command, args, as === undefined ? {} : { as: await callerNamed(here, as) });
  expect([answer.metadata.reason, answer.metadata.result]).toEqual([answer.metadata.reason, 1]);
  return answer;
}

/** A minute later. */
async function publish(): Promise<void> {
  here.time += 60_000;
  await runTasks(here, 'publish-authentication');
}

const rows = async (command: string, args: Args, as?: string) =>
  (await ok(command, args, as)).data?.payload as unknown as Row[];
const row = async (command: string, args: Args, as?: string) => (await rows(command, args, as))[0] ?? {};

/** Without records for mail: the tests add them. */
const create = (username: string, args: Args = {}) =>
  ok('createacct', { username, domain: `${username}.example`, dkim: '0', spf: '0', ...args });

const inRoot = (path: string) => join(here.state, 'root', path);
const keyPath = (domain: string) => inRoot(`etc/exim4/whmapi1/dkim/${domain}`);
const zoneText = (zone: string) => readFileSync(inRoot(`var/lib/bind/whmapi1/${zone}.db`), 'utf8');

/** The texts of a name in a zone file, their strings joined. */
const textsOf = (zone: string, name: string) =>
  zoneText(zone)
    .split('\n')
    .filter((line) => line.startsWith(`${name}.\t`) && line.includes('\tTXT\t'))
    .map((line) => [...line.matchAll(/"([^"]*)"/g)].map(([, string]) => string).join(''));

const publicKeyOf = (pem: string) =>
  createPublicKey(pem).export({ type: 'spki', format: 'der' }).toString('base64');
const newPem = (bits: number) =>
  generateKeyPairSync('rsa', { modulusLength: bits })
    .privateKey.export({ type: 'pkcs1', format: 'pem' })
    .toString();

interface Answers {
  readonly texts?: Readonly<Record<string, readonly string[]>>;
  readonly ipv4?: Readonly<Record<string, readonly string[]>>;
  readonly names?: Readonly<Record<string, readonly string[]>>;
  readonly nameservers?: Readonly<Record<string, readonly string[]>>;
}

function answerDns({ texts = {}, ipv4 = {}, names = {}, nameservers = {} }: Answers): void {
  const answer = (answers: Readonly<Record<string, readonly string[]>>) => async (name: string) => {
    if (name.includes('broken')) throw new MachineError('failed', `“${name}” could not be resolved.`);
    return [...(answers[name] ?? [])];
  };
  const resolver: MachineResolver = {
    servers: () => [],
    ...{ texts: answer(texts), ipv4: answer(ipv4), namesOf: answer(names), nameservers: answer(nameservers) },
    ...{ textsFrom: async () => [], aliases: async () => [] },
    ...{ ipv6: async () => [], mailServers: async () => [], caa: async () => [] },
  };
  here.overrides = { machine: { ...here.engine.machine, resolver: async () => resolver } };
}

describe('enable_dkim', () => {
  it('generates a key, publishes it in the zone, and writes the file with which Exim signs', async () => {
    await create('bob');
    const { domain, status, msg } = await row('enable_dkim', { domain: 'bob.example' });
    const pem = readFileSync(keyPath('bob.example'), 'utf8');
    expect(pem).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/);
    expect(createPublicKey(pem).asymmetricKeyDetails?.modulusLength).toBe(2048);
    const text = `v=DKIM1; k=rsa; p=${publicKeyOf(pem)};`;
    expect({ domain, status, msg }).toEqual({
      ...{ domain: 'bob.example', status: 1 },
      msg: `[ADD:TXT@default._domainkey.bob.example:${text}]`,
    });
    expect(textsOf('bob.example', 'default._domainkey.bob.example')).toEqual([text]);
    // A string of a TXT record has at most 255 octets.
    expect(zoneText('bob.example')).not.toMatch(/"[^"]{256,}"/);
    expect(statSync(keyPath('bob.example')).mode & 0o777).toBe(0o640);
    expect(await row('fetch_dkim_private_keys', { domain: 'bob.example' })).toEqual({
      domain: 'bob.example',
      pem,
    });
    const stored = await here.engine.store.transaction('reads', async (db) => ({
      value: await db.all<{ sealed: Uint8Array }>('SELECT sealed FROM dkim_key'),
      keep: false,
    }));
    expect(stored.map(({ sealed }) => Buffer.from(sealed).includes('PRIVATE'))).toEqual([false]);
  });

  it('changes nothing the second time, and after disable_dkim publishes the same key again', async () => {
    await create('bob');
    await row('enable_dkim', { domain: 'bob.example' });
    const [pem, zone] = [readFileSync(keyPath('bob.example'), 'utf8'), zoneText('bob.example')];
    expect(await row('enable_dkim', { domain: 'bob.example' })).toMatchObject({
      ...{ status: 1, msg: 'The record already exists.' },
    });
    expect(zoneText('bob.example')).toBe(zone);
    const disabled = await row('disable_dkim', { domain: 'bob.example' });
    expect(disabled.status).toBe(1);
    expect(disabled.msg).toMatch(/^\[REMOVE:TXT@default\._domainkey\.bob\.example:v=DKIM1; /);
    expect(existsSync(keyPath('bob.example'))).toBe(false);
    expect(textsOf('bob.example', 'default._domainkey.bob.example')).toEqual([]);
    expect(await row('disable_dkim', { domain: 'bob.example' })).toMatchObject({ status: 1 });
    await row('enable_dkim', { domain: 'bob.example' });
    expect(readFileSync(keyPath('bob.example'), 'utf8')).toBe(pem);
  });

  it('names the record to add if the zone is elsewhere, and signs once the record is found there', async () => {
    await create('bob');
    await ok('killdns', { domain: 'bob.example' });
    const { status, msg } = await row('enable_dkim', { domain: 'bob.example' });
    expect(status).toBe(0);
    expect(msg).toMatch(
      /^The DNS zone of “bob\.example” is not on this server\. Add this TXT record where the zone is: default\._domainkey\.bob\.example\. IN TXT "v=DKIM1; k=rsa; p=/,
    );
    expect(existsSync(keyPath('bob.example'))).toBe(false);
    answerDns({});
    const missing = await row('validate_current_dkims', { domain: 'bob.example' });
    expect(missing).toMatchObject({ state: 'MISSING', validity_cache_update: 'invalid', records: [] });
    expect(existsSync(keyPath('bob.example'))).toBe(false);
    const texts = { 'default._domainkey.bob.example': [missing.expected as string] };
    answerDns({ texts });
    const found = await row('validate_current_dkims', { domain: 'bob.example' });
    expect(found).toMatchObject({
      state: 'VALID',
      validity_cache_update: 'set',
      records: [{ state: 'VALID' }],
    });
    expect(publicKeyOf(readFileSync(keyPath('bob.example'), 'utf8'))).toBe(
      /p=([^;]+)/.exec(missing.expected as string)?.[1],
    );
    const again = await row('validate_current_dkims', { domain: 'bob.example' });
    expect(again).toMatchObject({ state: 'VALID', validity_cache_update: 'valid' });
  });

  it('publishes the keys of several domains in one version of their zone', async () => {
    await create('bob');
    await ok('create_subdomain', { domain: 'shop.bob.example', document_root: 'public_html/shop' });
    const before = Number(/(\d{10})\t; serial/.exec(zoneText('bob.example'))?.[1]);
    const result = await rows('enable_dkim', {
      domain: ['bob.example', 'shop.bob.example', 'eve.example', 'bob.example'],
    });
    expect(result.map(({ domain, status }) => [domain, status])).toEqual([
      ['bob.example', 1],
      ['shop.bob.example', 1],
      ['eve.example', 0],
    ]);
    expect(result[2]?.msg).toBe('You do not have an account with the domain “eve.example”.');
    expect(textsOf('bob.example', 'default._domainkey.shop.bob.example')).toHaveLength(1);
    expect(Number(/(\d{10})\t; serial/.exec(zoneText('bob.example'))?.[1])).toBe(before + 1);
  });

  it('undoes everything if the file cannot be written', async () => {
    await create('bob');
    const zone = zoneText('bob.example');
    await row('enable_dkim', { domain: 'bob.example' });
    await row('disable_dkim', { domain: 'bob.example' });
    writeFileSync(keyPath('bob.example'), 'somebody’s');
    const { metadata } = await here.call('enable_dkim', { domain: 'bob.example' });
    expect(metadata.reason).toContain('was edited by hand');
    expect(textsOf('bob.example', 'default._domainkey.bob.example')).toEqual([]);
    expect(zoneText('bob.example').replace(/\d{10}\t; serial/, '')).toBe(
      zone.replace(/\d{10}\t; serial/, ''),
    );
    expect(readFileSync(keyPath('bob.example'), 'utf8')).toBe('somebody’s');
  });

  it('does not replace an alias, and writes no file on a server that sends no mail', async () => {
    await create('bob');
    const alias = { name: 'default._domainkey', type: 'CNAME', cname: 'keys.other.example' };
    await ok('addzonerecord', { domain: 'bob.example', ...alias });
    expect(await row('enable_dkim', { domain: 'bob.example' })).toMatchObject({
      status: 0,
      msg: expect.stringContaining('is an alias of “keys.other.example.”') as string,
    });
    await activate('DNS', 'WebServer');
    await create('carl');
    const answer = await ok('enable_dkim', { domain: 'carl.example' });
    expect(answer.metadata.output?.warnings?.join()).toContain('does not have the role “MailSend”');
    expect(existsSync(keyPath('carl.example'))).toBe(false);
  });

  it('acts for the accounts of its caller only', async () => {
    await create('bob');
    await create('res', { reseller: '1' });
    await ok('setacls', { reseller: 'res', 'acl-edit-dns': '1' });
    const { status, msg } = await row('enable_dkim', { domain: 'bob.example' }, 'res');
    expect([status, msg]).toEqual([0, 'You do not have an account with the domain “bob.example”.']);
    const { metadata } = await here.call(
      'fetch_dkim_private_keys',
      { domain: 'bob.example' },
      { as: await callerNamed(here, 'res') },
    );
    expect(metadata).toMatchObject({ result: 0, error_code: 'not_found' });
    const many = Array.from({ length: 101 }, (_, at) => `d${at}.example`);
    expect((await here.call('enable_dkim', { domain: many })).metadata.reason).toContain('at most 100');
  });
});

describe('keys', () => {
  it('ensure_dkim_keys_exist generates a key that does not sign yet', async () => {
    await create('bob');
    expect(await row('ensure_dkim_keys_exist', { domain: 'bob.example' })).toEqual({
      ...{ domain: 'bob.example', status: 1, msg: 'A key was generated.' },
    });
    const { pem } = await row('fetch_dkim_private_keys', { domain: 'bob.example' });
    expect(pem).toContain('RSA PRIVATE KEY');
    expect(existsSync(keyPath('bob.example'))).toBe(false);
    expect(await row('ensure_dkim_keys_exist', { domain: 'bob.example' })).toMatchObject({
      msg: 'The key already exists.',
    });
    expect((await row('fetch_dkim_private_keys', { domain: 'bob.example' })).pem).toBe(pem);
  });

  it('install_dkim_private_keys uses a given key, and ensure_dkim_keys_exist replaces a short one', async () => {
    await create('bob');
    const pem = newPem(1024);
    const installed = await row('install_dkim_private_keys', { domain: 'bob.example', key: pem });
    expect(installed.status).toBe(1);
    expect(readFileSync(keyPath('bob.example'), 'utf8')).toBe(pem);
    expect(textsOf('bob.example', 'default._domainkey.bob.example')).toEqual([
      `v=DKIM1; k=rsa; p=${publicKeyOf(pem)};`,
    ]);
    const replaced = await row('ensure_dkim_keys_exist', { domain: 'bob.example' });
    expect(replaced.msg).toMatch(/^The key was too short, and was replaced\. \[REMOVE:TXT@.*\] \[ADD:TXT@/);
    const now = readFileSync(keyPath('bob.example'), 'utf8');
    expect(createPublicKey(now).asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(textsOf('bob.example', 'default._domainkey.bob.example')).toEqual([
      `v=DKIM1; k=rsa; p=${publicKeyOf(now)};`,
    ]);
  });

  it('install_dkim_private_keys refuses what is no RSA key of a usual size, without showing it', async () => {
    await create('bob');
    const { privateKey } = generateKeyPairSync('ed25519');
    for (const key of ['x', newPem(512), privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()]) {
      const { metadata } = await here.call('install_dkim_private_keys', { domain: 'bob.example', key });
      expect(metadata).toMatchObject({ result: 0, error_code: 'bad_param' });
      expect(metadata.reason).not.toContain('BEGIN');
    }
    const two = {
      domain: ['bob.example', 'a.bob.example', 'b.bob.example'],
      key: [newPem(1024), newPem(1024)],
    };
    expect((await here.call('install_dkim_private_keys', two)).metadata.reason).toContain('once for each');
  });
});

describe('the life of an account', () => {
  it('a new domain gets its records by a task', async () => {
    await ok('createacct', { username: 'bob', domain: 'bob.example', dmarc: '1' });
    // They need no key.
    expect(textsOf('bob.example', 'bob.example')).toEqual(['v=spf1 +a +mx +ip4:192.0.2.1 ~all']);
    expect(textsOf('bob.example', '_dmarc.bob.example')).toEqual(['v=DMARC1; p=none;']);
    await runTasks(here, 'publish-authentication');
    expect(existsSync(keyPath('bob.example'))).toBe(false);
    await publish();
    const pem = readFileSync(keyPath('bob.example'), 'utf8');
    expect(textsOf('bob.example', 'default._domainkey.bob.example')).toEqual([
      `v=DKIM1; k=rsa; p=${publicKeyOf(pem)};`,
    ]);
    expect(textsOf('bob.example', 'bob.example')).toEqual(['v=spf1 +a +mx +ip4:192.0.2.1 ~all']);
    expect(textsOf('bob.example', '_dmarc.bob.example')).toEqual(['v=DMARC1; p=none;']);
    await ok('create_parked_domain_for_user', {
      domain: 'parked.example',
      username: 'bob',
      web_vhost_domain: 'bob.example',
    });
    await publish();
    expect(textsOf('parked.example', 'parked.example')).toHaveLength(1);
    expect(existsSync(keyPath('parked.example'))).toBe(true);
    await ok('delete_domain', { domain: 'parked.example' });
    expect(existsSync(keyPath('parked.example'))).toBe(false);
    const dropped = await here.call('fetch_dkim_private_keys', { domain: 'parked.example' });
    expect(dropped.metadata.error_code).toBe('not_found');
  });

  it('as the parameters and the tweak settings say, and keeps a record that is there', async () => {
    await ok('set_tweaksetting', { key: 'create_account_dkim', value: '0' });
    await ok('createacct', { username: 'bob', domain: 'bob.example' });
    await row('install_spf_records', { domain: 'bob.example', record: 'v=spf1 -all' });
    await publish();
    expect(existsSync(keyPath('bob.example'))).toBe(false);
    expect(textsOf('bob.example', 'bob.example')).toEqual(['v=spf1 -all']);
    await ok('createacct', { username: 'carl', domain: 'carl.example', dkim: '1', spf: '0' });
    await publish();
    expect(existsSync(keyPath('carl.example'))).toBe(true);
    expect(textsOf('carl.example', 'carl.example')).toEqual([]);
  });

  it('on a server with a stock of keys, all of them stand in the first zone, and no key is used twice', async () => {
    const work: (() => Promise<void>)[] = [];
    here.overrides.makeAhead = (_name, one) => void work.push(one);
    const signs = async (username: string) => {
      await ok('createacct', { username, domain: `${username}.example`, dmarc: '1' });
      return existsSync(keyPath(`${username}.example`));
    };
    // The first one asks for keys.
    expect(await signs('bob')).toBe(false);
    for (let keys = 0; keys < 2; keys++) await work.shift()?.();
    expect(
      (await here.call('createacct', { username: 'anna', domain: 'anna.example' }, { dryRun: true })).metadata
        .result,
    ).toBe(1);
    for (const username of ['carl', 'dora']) {
      expect(await signs(username)).toBe(true);
      const domain = `${username}.example`;
      expect(textsOf(domain, domain)).toEqual([expect.stringContaining('v=spf1')]);
      const pem = readFileSync(keyPath(domain), 'utf8');
      expect(textsOf(domain, `default._domainkey.${domain}`)).toEqual([
        `v=DKIM1; k=rsa; p=${publicKeyOf(pem)};`,
      ]);
      expect((await row('fetch_dkim_private_keys', { domain })).pem).toBe(pem);
    }
    expect(readFileSync(keyPath('carl.example'))).not.toEqual(readFileSync(keyPath('dora.example')));
    const former = readFileSync(keyPath('carl.example'), 'utf8');
    await ok('removeacct', { user: 'carl' });
    expect(existsSync(keyPath('carl.example'))).toBe(false);
    await work.shift()?.();
    expect(await signs('carl')).toBe(true);
    expect(readFileSync(keyPath('carl.example'), 'utf8')).not.toBe(former);
  });

  it('the key follows a domain and a user with another name, and goes with the account', async () => {
    await create('bob');
    await row('enable_dkim', { domain: 'bob.example' });
    const pem = readFileSync(keyPath('bob.example'), 'utf8');
    await ok('modifyacct', { user: 'bob', newuser: 'rob', DNS: 'rob.example' });
    expect(existsSync(keyPath('bob.example'))).toBe(false);
    expect(readFileSync(keyPath('rob.example'), 'utf8')).toBe(pem);
    expect(textsOf('rob.example', 'default._domainkey.rob.example')).toHaveLength(1);
    expect((await row('fetch_dkim_private_keys', { domain: 'rob.example' })).pem).toBe(pem);
    await ok('removeacct', { user: 'rob' });
    await runTasks(here);
    expect(existsSync(keyPath('rob.example'))).toBe(false);
    await create('rob');
    expect((await row('fetch_dkim_private_keys', { domain: 'rob.example' })).pem).toBe('');
  });
});

describe('install_spf_records', () => {
  it('replaces the SPF records of the domain, and no other texts', async () => {
    await create('bob');
    for (const txtdata of ['v=spf1 a -all', 'a text', 'v=spf1 mx -all']) {
      await ok('addzonerecord', { domain: 'bob.example', name: 'bob.example.', type: 'TXT', txtdata });
    }
    const { status, msg } = await row('install_spf_records', {
      domain: 'bob.example',
      record: 'v=spf1 +a ~all',
    });
    expect([status, msg]).toEqual([
      1,
      '[REMOVE:TXT@bob.example.:v=spf1 a -all] [REMOVE:TXT@bob.example.:v=spf1 mx -all] [ADD:TXT@bob.example.:v=spf1 +a ~all]',
    ]);
    expect(textsOf('bob.example', 'bob.example')).toEqual(['v=spf1 +a ~all', 'a text']);
    for (const record of ['v=spf1 nonsense', 'spf', 'v=spf1 a\nb TXT "x"']) {
      const { metadata } = await here.call('install_spf_records', { domain: 'bob.example', record });
      expect(metadata.error_code).toBe('bad_param');
    }
    await ok('killdns', { domain: 'bob.example' });
    expect((await row('install_spf_records', { domain: 'bob.example', record: 'v=spf1 -all' })).msg).toBe(
      'The DNS zone of “bob.example” is not on this server. Add this TXT record where the zone is: bob.example. IN TXT "v=spf1 -all"',
    );
  });
});

describe('DMARC', () => {
  it('apply_dmarc and remove_dmarc change the record', async () => {
    await create('bob');
    const applied = await rows('apply_dmarc', { policy: 'v=DMARC1; p=reject;' });
    expect(applied).toEqual([
      { domain: 'bob.example', status: 1, msg: '[ADD:TXT@_dmarc.bob.example:v=DMARC1; p=reject;]' },
    ]);
    expect(textsOf('bob.example', '_dmarc.bob.example')).toEqual(['v=DMARC1; p=reject;']);
    for (const policy of [
      'p=reject',
      'v=DMARC1; p=maybe',
      'v=DMARC1',
      'v=DMARC1; sp=none; p=none',
      'reject',
    ]) {
      expect((await here.call('apply_dmarc', { policy })).metadata.error_code).toBe('bad_param');
    }
    expect(await row('remove_dmarc', { domain: 'bob.example' })).toMatchObject({
      msg: '[REMOVE:TXT@_dmarc.bob.example:v=DMARC1; p=reject;]',
    });
    expect(textsOf('bob.example', '_dmarc.bob.example')).toEqual([]);
    expect(await row('remove_dmarc', {})).toMatchObject({ status: 1, msg: 'There was no such record.' });
  });

  it('set_default_dmarc_record changes what get_default_dmarc_record shows', async () => {
    const record = async () => (await ok('get_default_dmarc_record')).data?.payload;
    expect(await record()).toEqual({ record: 'v=DMARC1; p=none;' });
    expect((await ok('set_default_dmarc_record', { record: 'v=DMARC1; p=quarantine;' })).data).toEqual({
      payload: { success: 1 },
    });
    expect(await record()).toEqual({ record: 'v=DMARC1; p=quarantine;' });
    expect((await here.call('set_default_dmarc_record', { record: 'none' })).metadata.result).toBe(0);
    await ok('set_default_dmarc_record');
    expect(await record()).toEqual({ record: 'v=DMARC1; p=none;' });
  });

  it('validate_current_dmarcs says what receivers find', async () => {
    for (const name of ['bob', 'carl', 'dora', 'eve', 'broken']) await create(name);
    answerDns({
      texts: {
        '_dmarc.bob.example': ['v=DMARC1; p=reject', 'another text'],
        '_dmarc.carl.example': ['v=DMARC1; p=maybe'],
        '_dmarc.dora.example': ['v=DMARC1; p=none', 'v=DMARC1; p=reject'],
      },
    });
    const found = await rows('validate_current_dmarcs', {});
    expect(found.map(({ domain, state, record, suggested }) => [domain, state, record, suggested])).toEqual([
      ['bob.example', 'VALID', 'v=DMARC1; p=reject', 'v=DMARC1; p=reject'],
      ['broken.example', 'DNS_ERROR', '', 'v=DMARC1; p=none;'],
      ['carl.example', 'MALFORMED', 'v=DMARC1; p=maybe', 'v=DMARC1; p=none;'],
      ['dora.example', 'MULTIPLE', 'v=DMARC1; p=none', 'v=DMARC1; p=none;'],
      ['eve.example', 'MISSING', '', 'v=DMARC1; p=none;'],
    ]);
    expect(found[0]).toMatchObject({ subdomain: '_dmarc.bob.example', error: '' });
    expect(found[1]?.error).toContain('could not be resolved');
  });
});

describe('checks in DNS', () => {
  it('validate_current_dkims compares the published record with the key', async () => {
    await create('bob');
    await row('ensure_dkim_keys_exist', { domain: 'bob.example' });
    answerDns({});
    const { expected } = await row('validate_current_dkims', { domain: 'bob.example' });
    const check = async (...texts: string[]) => {
      answerDns({ texts: { 'default._domainkey.bob.example': texts } });
      const { state, records } = await row('validate_current_dkims', { domain: 'bob.example' });
      return [state, (records as unknown as Row[]).map((one) => one.state)];
    };
    const other = `v=DKIM1; k=rsa; p=${publicKeyOf(newPem(1024))}`;
    expect(await check(other)).toEqual(['MISMATCH', ['MISMATCH']]);
    expect(await check('v=DKIM1; p=')).toEqual(['MALFORMED', ['PERMFAIL']]);
    expect(await check('v=DKIM1; k=rsa; p=nonsense')).toEqual(['MALFORMED', ['PERMFAIL']]);
    expect(await check('nonsense')).toEqual(['MALFORMED', ['PERMFAIL']]);
    expect(await check(expected as string, other)).toEqual(['MULTIPLE', ['VALID', 'MISMATCH']]);
    // Blanks in the key, and an omitted version, mean the same.
    const [, key = ''] = /p=([^;]+)/.exec(expected as string) ?? [];
    expect(await check(`p=${key.slice(0, 50)} ${key.slice(50)}`)).toEqual(['VALID', ['VALID']]);
    await create('carl');
    expect(await row('validate_current_dkims', { domain: 'carl.example' })).toMatchObject({
      ...{ state: 'NOPUB', expected: '', validity_cache_update: 'none' },
    });
    await create('broken');
    expect(await row('validate_current_dkims', { domain: 'broken.example' })).toMatchObject({
      ...{
        state: 'ERROR',
        validity_cache_update: 'error',
        error: expect.stringContaining('could not be resolved') as string,
      },
    });
  });

  it('validate_current_spfs evaluates the record for the address of this server', async () => {
    for (const name of ['bob', 'carl', 'dora', 'eve', 'fay', 'broken']) await create(name);
    answerDns({
      texts: {
        'bob.example': ['v=spf1 ip4:192.0.2.0/24 -all', 'another text'],
        'carl.example': ['v=spf1 mx -all'],
        'dora.example': ['v=spf1 -all', 'v=spf1 ~all'],
        'fay.example': ['v=spf1 nonsense'],
      },
    });
    const check = async (name: string) => {
      const { state, expected, records } = await row('validate_current_spfs', { domain: `${name}.example` });
      return [state, expected, (records as unknown as Row[]).map((one) => one.state)];
    };
    const added = 'v=spf1 +ip4:192.0.2.1';
    expect(await check('bob')).toEqual(['VALID', 'v=spf1 ip4:192.0.2.0/24 -all', ['PASS']]);
    expect(await check('carl')).toEqual(['MISMATCHED', `${added} mx -all`, ['FAIL']]);
    expect(await check('dora')).toEqual(['MULTIPLE', `${added} -all`, ['FAIL', 'SOFTFAIL']]);
    expect(await check('eve')).toEqual(['MISSING', 'v=spf1 +a +mx +ip4:192.0.2.1 ~all', []]);
    expect(await check('fay')).toEqual(['MISMATCHED', 'v=spf1 +a +mx +ip4:192.0.2.1 ~all', ['PERMERROR']]);
    expect(await check('broken')).toEqual(['ERROR', 'v=spf1 +a +mx +ip4:192.0.2.1 ~all', []]);
    expect(await row('validate_current_spfs', { domain: 'bob.example' })).toMatchObject({
      ...{ ip_address: '192.0.2.1', ip_version: 4, error: '' },
    });
  });

  it('validate_current_ptrs checks the name of the address from which this server sends', async () => {
    await create('bob');
    const check = async (answers: Answers) => {
      answerDns(answers);
      return row('validate_current_ptrs', { domain: 'bob.example' });
    };
    const names = { '192.0.2.1': ['server.example.com'] };
    expect(
      await check({
        ...{ names, ipv4: { 'server.example.com': ['192.0.2.1'] } },
        nameservers: { '2.0.192.in-addr.arpa': ['ns2.isp.example', 'ns1.isp.example'] },
      }),
    ).toEqual({
      ...{ domain: 'bob.example', state: 'VALID', error: '', helo: 'server.example.com' },
      ...{ ip_address: '192.0.2.1', ip_version: 4, arpa_domain: '1.2.0.192.in-addr.arpa' },
      nameservers: ['ns1.isp.example', 'ns2.isp.example'],
      ptr_records: [{ domain: 'server.example.com', state: 'VALID', forward_records: ['192.0.2.1'] }],
    });
    expect(await check({})).toMatchObject({ state: 'MISSING_PTR', ptr_records: [], nameservers: [] });
    const stateOf = async (answers: Answers) => {
      const { state, ptr_records: records } = await check(answers);
      return [state, (records as unknown as Row[]).map((one) => one.state)];
    };
    expect(await stateOf({ names })).toEqual(['PTR_MISMATCH', ['MISSING_FWD']]);
    expect(await stateOf({ names, ipv4: { 'server.example.com': ['192.0.2.9'] } })).toEqual([
      ...['PTR_MISMATCH', ['FWD_MISMATCH']],
    ]);
    const other = { names: { '192.0.2.1': ['other.example'] }, ipv4: { 'other.example': ['192.0.2.1'] } };
    expect(await stateOf(other)).toEqual(['PTR_MISMATCH', ['VALID']]);
    expect(await stateOf({ names: { '192.0.2.1': ['broken.example'] } })).toEqual(['ERROR', []]);
    here.addresses = ['10.0.0.1'];
    expect(await stateOf({})).toEqual(['IP_IS_PRIVATE', []]);
  });
});
