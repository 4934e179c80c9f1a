// The port at which Dovecot asks for logins to mail, as Dovecot uses it, and as programs of accounts might.
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { MailPolicy } from '../../src/http/mail-policy.ts';
import {
  POLICY_DIRECTORY,
  POLICY_HEADER,
  POLICY_SECRETS,
  renderPolicySecrets,
} from '../../src/capabilities/mail/rules/login-policy.ts';
import type { Application } from '../../src/app/app.ts';
import { Installation } from '../support/installation.ts';

const SECRET = 'a1'.repeat(32);
const CLIENT = '192.0.2.9';
let here: Installation;
let policy: MailPolicy;
let url: string;
let port: number;
beforeEach(async () => {
  here = new Installation({ livesLong: true });
  const files = await here.engine.machine.files([POLICY_DIRECTORY]);
  await files.makeDirectory(POLICY_DIRECTORY, { mode: 0o755 });
  await files.write(POLICY_SECRETS, renderPolicySecrets({ secret: SECRET, nonce: 'b2' }), { mode: 0o600 });
  clients = {};
  const application = {
    ...here.application,
    get engine() {
      const { engine } = here;
      return { ...engine, machine: { ...engine.machine, kernel: async () => ({ sockets: socketsOf }) } };
    },
  } as unknown as Application;
  policy = new MailPolicy(application);
  port = await policy.start(0);
  url = `http://127.0.0.1:${port}/`;
});
afterEach(async () => {
  await policy.close();
  here.remove();
});

/** Connections of local programs, by their port: the user of each. */
let clients: Readonly<Record<number, number>> = {};

interface Sent {
  readonly mechanism?: string;
  readonly port?: string;
  readonly server?: string;
  readonly login?: string;
  readonly remote?: string;
  readonly protocol?: string;
  readonly pwhash?: string | undefined;
  readonly fail_type?: string;
  readonly success?: boolean;
  readonly policy_reject?: boolean;
}

/** Both ends of each connection, as the kernel lists them. */
async function socketsOf(table: string) {
  if (table !== 'tcp') return [];
  const local = { localAddress: '127.0.0.1', remoteAddress: '127.0.0.1', state: 1 };
  const elsewhere = { localAddress: '192.0.2.1', remoteAddress: '198.51.100.1', state: 1 };
  return Object.entries(clients).flatMap(([client, uid]) => [
    { ...local, localPort: 993, remotePort: Number(client), uid: 0 },
    { ...elsewhere, localPort: Number(client), remotePort: 993, uid: 4242 },
    { ...local, localPort: Number(client), remotePort: 993, uid },
  ]);
}

async function post(command: string, body: string, secret = SECRET): Promise<Response> {
  return fetch(`${url}?command=${command}`, { method: 'POST', body, headers: { [POLICY_HEADER]: secret } });
}
const sentBy = (sent: Sent) =>
  JSON.stringify({ login: 'box@bob.example', remote: CLIENT, protocol: 'imap', pwhash: '0a1', ...sent });
/** Whether Dovecot would let the login go on. */
async function isAllowed(sent: Sent = {}): Promise<boolean> {
  const response = await post('allow', sentBy(sent));
  expect(response.status).toBe(200);
  return ((await response.json()) as { status: number }).status >= 0;
}
/** How many seconds Dovecot waits before it checks the password. -1: it refuses. */
async function waitOf(sent: Sent): Promise<number> {
  const response = await post('allow', sentBy({ pwhash: `f${++attempts}`, ...sent }));
  return ((await response.json()) as { status: number }).status;
}
let attempts = 0;
async function report(sent: Sent): Promise<void> {
  const failed = { success: false, policy_reject: false, fail_type: 'credentials' };
  expect((await post('report', sentBy({ ...failed, ...sent }))).status).toBe(200);
}
async function failTimes(times: number, sent: Sent = {}): Promise<void> {
  for (let guess = 0; guess < times; guess++) await report({ pwhash: `${guess}f`, ...sent });
}
async function failures(): Promise<unknown[]> {
  const { data } = await here.call('get_cphulk_failed_logins', {});
  return (data as { failed_logins: unknown[] }).failed_logins;
}

test('five wrong passwords block the address for every protocol and name, and no other address', async () => {
  await failTimes(4);
  expect(await isAllowed()).toBe(true);
  await failTimes(1, { login: 'nobody@nowhere.example', protocol: 'smtp', pwhash: 'fe' });
  expect(await isAllowed()).toBe(false);
  expect(await isAllowed({ login: 'e@eve.example', protocol: 'smtp' })).toBe(false);
  expect(await isAllowed({ remote: '192.0.2.10' })).toBe(true);
  expect(await failures()).toMatchObject([
    { user: 'nobody@nowhere.example', ip: CLIENT, service: 'mail', authservice: 'smtp' },
    ...Array.from({ length: 4 }, () => ({ user: 'box@bob.example', ip: CLIENT, authservice: 'dovecot' })),
  ]);
  expect((await here.call('get_cphulk_brutes', {})).data).toMatchObject({ brutes: [{ ip: CLIENT }] });
  await here.call('flush_cphulk_login_history_for_ips', { ip: CLIENT });
  expect(await isAllowed()).toBe(true);
});

test('a block of logins to the page holds for mail, and the lists of addresses do', async () => {
  await here.call('create_cphulk_record', { list_name: 'black', ip: '198.51.100.0/24' });
  expect(await isAllowed({ remote: '198.51.100.77' })).toBe(false);
  await here.call('create_cphulk_record', { list_name: 'white', ip: CLIENT });
  await failTimes(9);
  expect(await isAllowed()).toBe(true);
  await here.call('disable_cphulk', {});
  expect(await isAllowed({ remote: '198.51.100.77' })).toBe(true);
});

test('a password that a program repeats counts once, and a right one ends the count', async () => {
  await failTimes(20, { pwhash: 'same' });
  expect(await failures()).toHaveLength(1);
  await failTimes(3);
  await report({ success: true });
  await failTimes(4, { pwhash: undefined });
  expect(await isAllowed()).toBe(true);
});

test('what this server refused itself, or could not check, does not count', async () => {
  await failTimes(9, { policy_reject: true });
  await failTimes(9, { fail_type: 'internal' });
  expect(await failures()).toEqual([]);
});

test.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', ''])(
  'logins from this server itself (%j) never block its address, but are listed',
  async (remote) => {
    await failTimes(40, { remote });
    expect(await isAllowed({ remote })).toBe(true);
    expect(await failures()).toHaveLength(40);
    expect((await here.call('get_cphulk_brutes', {})).data).toEqual({ brutes: [] });
  },
);

test('guesses from this server lock their user for programs of this server, if the configuration says so', async () => {
  await here.call('save_cphulk_config', { username_based_protection: 1, max_failures: 6 });
  await failTimes(6, { remote: '127.0.0.1' });
  expect(await isAllowed({ remote: '127.0.0.1' })).toBe(false);
  expect(await isAllowed({ remote: '127.0.0.1', login: 'other@bob.example' })).toBe(true);
  expect(await isAllowed()).toBe(true);
});

test.each(['', 'b2'.repeat(32), `${SECRET}0`, SECRET.slice(1), 'a1'.repeat(4000)])(
  'without the secret (%#), nobody asks or reports',
  async (secret) => {
    for (const command of ['allow', 'report']) {
      const response = await post(command, sentBy({ success: false }), secret);
      // 431: the header is too long.
      expect([403, 431]).toContain(response.status);
      expect(await response.text()).toBe('');
    }
    expect(await failures()).toEqual([]);
  },
);

test('without a file of secrets, nobody does', async () => {
  const files = await here.engine.machine.files([POLICY_DIRECTORY]);
  await files.remove(POLICY_SECRETS);
  for (const secret of ['', 'undefined', SECRET])
    expect((await post('allow', sentBy({}), secret)).status).toBe(403);
});

test('the port has no other function', async () => {
  const headers = { [POLICY_HEADER]: SECRET };
  for (const path of ['', 'json-api/version', '?command=flush', '?command=allow&x=1', '../?command=allow'])
    expect((await fetch(`${url}${path}`, { method: 'POST', body: '{}', headers })).status).not.toBe(200);
  expect((await fetch(`${url}?command=allow`, { headers })).status).toBe(404);
});

test.each([
  ['no JSON', '{"login":'],
  ['an array', '[]'],
  ['null', 'null'],
  ['no name', '{"remote":"192.0.2.9","protocol":"imap"}'],
  ['a name that is a number', '{"login":7,"remote":"192.0.2.9","protocol":"imap"}'],
  ['no address', '{"login":"a","protocol":"imap"}'],
  ['a hostname', '{"login":"a","remote":"mail.example","protocol":"imap"}'],
  ['a network', '{"login":"a","remote":"192.0.2.0/24","protocol":"imap"}'],
])('a body with %s is rejected', async (_name, body) => {
  expect((await post('report', body)).status).toBe(400);
  expect(await failures()).toEqual([]);
});

test('a body that is too large is rejected, and the next one is answered', async () => {
  const huge = await post('report', sentBy({ login: 'a'.repeat(2_000_000) })).then(
    ({ status }) => status,
    () => 'closed',
  );
  expect([413, 'closed']).toContain(huge);
  expect(await isAllowed()).toBe(true);
});

test('any name is counted and shown on one line', async () => {
  const names = ['a\nb', 'a\0b', '\u001B[2J', 'x'.repeat(9000), '\uD800', '', "' OR 1=1 --", '__proto__'];
  for (const login of names) await report({ login, remote: '203.0.113.5', pwhash: undefined });
  const found = (await failures()) as { user: string }[];
  expect(found).toHaveLength(names.length);
  for (const { user } of found) expect(user).toMatch(/^[^\p{Cc}]{0,255}$/u);
});

test('connections without the secret are closed, and do not keep Dovecot out', async () => {
  const held = Array.from({ length: 200 }, () => connect({ host: '127.0.0.1', port }));
  let closed = 0;
  for (const socket of held) {
    socket.on('error', () => undefined);
    socket.on('close', () => (closed += 1));
  }
  await pause(50);
  expect(await isAllowed()).toBe(true);
  expect(closed).toBeGreaterThan(100);
  await pause(1500);
  expect(closed).toBe(200);
});

test('guesses by a local program delay its user alone: not webmail, and no other local program', async () => {
  clients = { 40_001: 1001, 40_002: 1002, 40_003: 0 };
  const by = (port: string): Sent => ({ remote: '127.0.0.1', port, server: '993' });
  const waits: number[] = [];
  for (let guess = 0; guess < 5; guess++) {
    waits.push(await waitOf({ ...by('40001'), pwhash: `${guess}f` }));
    here.time += 20_000 * Math.sign(waits.at(-1) ?? 0);
    await report({ ...by('40001'), pwhash: `${guess}f` });
  }
  expect(waits.map(Math.sign)).toEqual([0, 1, 1, 1, 1]);
  expect(await waitOf(by('40001'))).toBeGreaterThan(0);
  expect(await waitOf(by('40002'))).toBe(0);
  expect(await waitOf(by('40003'))).toBe(0);
  expect(await waitOf({ remote: CLIENT, port: '40001' })).toBe(0);
  const webmail: Sent = { ...by('40001'), mechanism: 'XOAUTH2' };
  expect(await waitOf(webmail)).toBe(0);
  const before = await failures();
  await failTimes(9, webmail);
  expect(await failures()).toEqual(before);
  here.time += 120_000;
  expect(await waitOf(by('40001'))).toBe(0);
});

test('a local program that closes its connection before its guess is reported is counted', async () => {
  const by: Sent = { remote: '127.0.0.1', port: '40001', server: '993' };
  clients = { 40_001: 1001 };
  expect(await waitOf({ ...by, pwhash: '0f' })).toBe(0);
  clients = {};
  await report({ ...by, pwhash: '0f' });
  clients = { 40_001: 1002, 40_004: 1001 };
  expect(await waitOf({ ...by, port: '40004' })).toBe(2);
  // Another program has the port now.
  expect(await waitOf(by)).toBe(0);
});

test('attempts at the same time wait for each other, a repeated password counts once, and a right one waits once', async () => {
  const sent: Sent = { remote: CLIENT, port: '5' };
  await failTimes(3, { ...sent, pwhash: 'same' });
  expect(await waitOf({ ...sent, pwhash: 'right' })).toBe(2);
  const waits = [];
  for (let more = 0; more < 40; more++) waits.push(await waitOf(sent));
  expect(waits.slice(0, 3)).toEqual([4, 6, 8]);
  expect(waits.at(-1)).toBe(-1);
  here.time += 2000;
  // Dovecot asks again after it has checked the password.
  expect(await waitOf({ ...sent, pwhash: 'right' })).toBe(0);
});
