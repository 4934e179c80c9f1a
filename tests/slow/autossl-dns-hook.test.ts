// AutoSSL validates names by DNS in zones that are elsewhere, with a program of the administrator. The “provider” is the
// nameserver of pebble’s tests, which programs can change.
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutosslInstallation, namesOf } from '../support/autossl.ts';
import { Pebble } from '../support/pebble.ts';
import { describeWith } from '../support/require-tool.ts';
import '../support/shorter-rests.ts';

const PROVIDER = 'LetsEncrypt';

describeWith(['pebble', 'pebble-challtestsrv'], 'AutoSSL, with a DNS hook,', () => {
  const pebble = new Pebble({ rejectedNonces: 0 });
  let here: AutosslInstallation;
  let folder: string;
  beforeAll(() => pebble.start());
  afterAll(() => pebble.stop());
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'whmapi1-hook-'));
    here = new AutosslInstallation(pebble);
    // The nameserver says that all names point to this server.
    here.addresses = ['127.0.0.1'];
    pebble.missing.clear();
    await here.ok('set_tweaksetting', { key: 'proxysubdomains', value: '0' });
    await here.ok('createacct', { username: 'bob', domain: 'bob.example' });
    // A sandbox runs all programs as the user of this process.
    const passwd = join(here.state, 'root/etc/passwd');
    appendFileSync(passwd, 'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n');
    await here.enable();
  });
  afterEach(() => {
    here.remove();
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, text: string, mode = 0o755) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };
  /** The calls of the program: its arguments, the account, and its other variables. */
  const calls = () =>
    readFileSync(join(folder, 'calls'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { words: string[]; user: string; names: string[] });
  /** A program as lego calls it. `then` can be statements that end it. */
  const program = (then = '') =>
    write(
      'hook',
      `#!${process.execPath}
const { appendFileSync } = require('node:fs');
const words = process.argv.slice(2);
const names = Object.keys(process.env).sort();
appendFileSync(${JSON.stringify(join(folder, 'calls'))}, JSON.stringify({ words, user: process.env.WHMAPI1_USER, names }) + '\\n');
const [action, host, value] = words;
${then}
const send = (path, body) => fetch(${JSON.stringify(pebble.dnsManagement)} + path, { method: 'POST', body: JSON.stringify(body) });
if (action === 'present') send('/set-txt', { host, value });
else send('/clear-txt', { host });
`,
    );
  const use = (path: string, more: Readonly<Record<string, string>> = {}) =>
    here.call('set_autossl_provider', {
      provider: PROVIDER,
      x_dns_hook: path,
      x_dns_hook_wait: '30',
      ...more,
    });

  it('gets a wildcard, and removes the record again', async () => {
    expect((await use(program())).metadata).toMatchObject({ result: 1 });
    await here.ok('create_subdomain', { domain: '*.bob.example', document_root: 'public_html/all' });
    expect(await here.check()).toMatchObject({ state: 'done', reason: '' });
    expect(namesOf(here.installed('_wildcard_.bob.example')[0])).toEqual(['*.bob.example']);
    // Names that the issuer reaches are validated by HTTP.
    const [put, removed, ...others] = calls();
    expect(others).toEqual([]);
    const record = '_acme-challenge.bob.example.';
    expect(put).toEqual({
      words: ['present', record, expect.stringMatching(/^[\w-]{43}$/)],
      user: 'bob',
      names: ['HOME', 'LC_ALL', 'PATH', 'WHMAPI1_USER'],
    });
    expect(removed?.words).toEqual(['cleanup', ...(put?.words.slice(1) ?? [])]);
    expect(await here.ok('get_autossl_providers')).toMatchObject({
      payload: [{ x_dns_hook: join(folder, 'hook'), x_dns_hook_user: 'nobody', x_dns_hook_wait: 30 }],
    });
  });

  it('calls the functions of a file for acme.sh, with the helpers of that', async () => {
    pebble.missing.add('www.bob.example');
    mkdirSync(join(folder, 'dnsapi'));
    write('acme.sh', `#!/bin/sh\n_initpath() { PREPARED=yes; }\n_log() { echo "$*" >>${folder}/calls; }\n`);
    const file = write(
      'dnsapi/dns_test.sh',
      `#!/usr/bin/env sh
dns_test_add() {
  _log "$PREPARED $LE_WORKING_DIR add $1 $WHMAPI1_USER"
  curl -s -d "{\\"host\\":\\"$1.\\",\\"value\\":\\"$2\\"}" ${pebble.dnsManagement}/set-txt
}
dns_test_rm() {
  _log "rm $1 $#"
  curl -s -d "{\\"host\\":\\"$1.\\"}" ${pebble.dnsManagement}/clear-txt
}
`,
    );
    expect((await use(file)).metadata).toMatchObject({ result: 1 });
    expect(await here.check()).toMatchObject({ state: 'done', reason: '' });
    expect(namesOf(here.installed()[0])).toEqual(['bob.example', 'mail.bob.example', 'www.bob.example']);
    const record = '_acme-challenge.www.bob.example';
    expect(readFileSync(join(folder, 'calls'), 'utf8')).toBe(
      `yes ${folder} add ${record} bob\nrm ${record} 2\n`,
    );
  });

  it('leaves a name out whose record the program cannot set, says so, and removes it all the same', async () => {
    pebble.missing.add('www.bob.example');
    await use(
      program(`if (action === 'present') { console.error('the token is secret-1'); process.exit(3); }`),
    );
    expect(await here.check()).toMatchObject({ state: 'done' });
    expect(namesOf(here.installed()[0])).toEqual(['bob.example', 'mail.bob.example']);
    expect(calls().map(({ words }) => words[0])).toEqual(['present', 'cleanup']);
    const { 'www.bob.example': problem } = await here.problems();
    expect(problem).toBe('The program that sets its DNS records failed: its exit status is 3.');
    // What the program printed is in root’s log only.
    expect((await here.log()).join('\n')).toContain('the token is secret-1');
  });

  it('is not used for a domain that points elsewhere, unless root has listed it', async () => {
    // The zone of victim.example is at the provider too, and 127.0.0.2 is another server.
    await pebble.setAddress('victim.example', '127.0.0.2');
    await pebble.setAddress('www.victim.example', '127.0.0.2');
    await use(program());
    await here.ok('create_parked_domain_for_user', {
      username: 'bob',
      domain: 'victim.example',
      web_vhost_domain: 'bob.example',
    });
    const attack = async () => {
      expect(await here.check()).toMatchObject({ state: 'done' });
      return namesOf(here.installed()[0]).filter((name) => name.includes('victim'));
    };
    expect(await attack()).toEqual(['mail.victim.example']);
    expect((await here.problems())['victim.example']).toContain(
      'does not point to this server (it has 127.0.0.2), and root has not listed its domain.',
    );
    const none = join(folder, 'calls');
    expect(existsSync(none) ? calls() : []).toEqual([]);
    expect(
      (await use(program(), { x_dns_hook_domains: 'Other.example, www.victim.example' })).metadata,
    ).toMatchObject({ result: 1 });
    expect(await here.ok('get_autossl_providers')).toMatchObject({
      payload: [{ x_dns_hook_domains: 'other.example,www.victim.example' }],
    });
    expect(await attack()).toEqual(['mail.victim.example', 'www.victim.example']);
    expect((await use(program(), { x_dns_hook_domains: 'bob;example' })).metadata.result).toBe(0);
  });

  it('is not used for a wildcard whose names point elsewhere', async () => {
    await pebble.setDefaultAddress('127.0.0.2');
    try {
      await pebble.setAddress('bob.example', '127.0.0.1');
      await use(program());
      await here.ok('create_subdomain', { domain: '*.bob.example', document_root: 'public_html/all' });
      await here.check();
      expect((await here.problems())['*.bob.example']).toContain('does not point to this server');
      await use(program(), { x_dns_hook_domains: 'bob.example' });
      await here.check();
      expect(namesOf(here.installed('_wildcard_.bob.example')[0])).toEqual(['*.bob.example']);
    } finally {
      await pebble.setDefaultAddress('127.0.0.1');
    }
  });

  it('waits for the nameservers, and says which does not get the record', async () => {
    pebble.missing.add('www.bob.example');
    await use(program(`if (action === 'present') process.exit(0);`), { x_dns_hook_wait: '10' });
    await here.check();
    expect(namesOf(here.installed()[0])).toEqual(['bob.example', 'mail.bob.example']);
    expect((await here.problems())['www.bob.example']).toContain('did not have its record after 10 seconds.');
    expect(calls().map(({ words }) => words[0])).toEqual(['present', 'cleanup']);
  });

  it('refuses a program that others can change, one that is missing, and the user of an account', async () => {
    const path = program();
    const reason = async (given: string, more = {}) => (await use(given, more)).metadata.reason;
    expect(await reason(path, { x_dns_hook_user: 'bob' })).toBe(
      'The user “bob” of the DNS hook is an account.',
    );
    expect(await reason(path, { x_dns_hook_user: 'no-such-user' })).toContain('does not exist');
    expect(await reason(join(folder, 'other'))).toContain('does not exist');
    chmodSync(path, 0o777);
    expect(await reason(path)).toContain('can be changed by other users');
    expect(await here.ok('get_autossl_providers')).toMatchObject({ payload: [{ x_dns_hook: '' }] });
    // It is looked at before each call too.
    chmodSync(path, 0o755);
    expect((await use(path)).metadata.result).toBe(1);
    chmodSync(path, 0o777);
    pebble.missing.add('www.bob.example');
    await here.check();
    expect((await here.problems())['www.bob.example']).toContain('it cannot be run safely.');
  });
});
