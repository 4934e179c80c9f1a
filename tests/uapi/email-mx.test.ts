// Mail servers of an account’s domains, where the mail is kept, and redirects: Email of UAPI and API 2.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MachineError } from '../../src/core/machine-error.ts';
import type { MachineResolver } from '../../src/core/machine-resolver.ts';
import type { Json } from '../../src/core/values.ts';
import { holdFiles } from '../support/at-the-same-time.ts';
import { Installation } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  const password = 'correct horse battery staple 7';
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
  answerDns({});
});
afterEach(() => here.remove());

type Row = Readonly<Record<string, Json>>;

const inRoot = (path: string) => join(here.state, 'root', path);
const lookup = (name: string) => {
  const path = inRoot(`etc/exim4/whmapi1/${name}`);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
};
const mxLines = () =>
  readFileSync(inRoot('var/lib/bind/whmapi1/bob.example.db'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('\tMX\t'))
    .map((line) => line.replace(/^.*\tMX\t/, '').replaceAll(/\s+/g, ' '));

/** The addresses of names, and the mail servers of domains, in DNS. */
function answerDns(
  ipv4: Readonly<Record<string, readonly string[]>>,
  servers: Readonly<Record<string, readonly string[]>> = {},
): void {
  const none = async () => [];
  const resolver: MachineResolver = {
    servers: () => [],
    ...{ ipv6: none, nameservers: none, caa: none, namesOf: none, texts: none },
    ...{ textsFrom: none, aliases: none },
    ipv4: async (name) => {
      if (name.startsWith('broken')) throw new MachineError('failed', 'No nameserver answers.');
      return [...(ipv4[name] ?? [])];
    },
    mailServers: async (name) =>
      (servers[name] ?? []).map((exchange, at) => ({ exchange, preference: 10 * at })),
  };
  here.overrides = { machine: { ...here.engine.machine, resolver: async () => resolver } };
}

async function uapi(name: string, args: Readonly<Record<string, Json>> = {}) {
  const { status, errors, data } = await here.uapi('bob', name, args);
  expect([name, status, errors]).toEqual([name, 1, null]);
  return data as unknown as Row;
}
async function refusal(name: string, args: Readonly<Record<string, Json>>): Promise<string> {
  const { status, errors } = await here.uapi('bob', name, args);
  expect([name, args, status]).toEqual([name, args, 0]);
  return String(errors?.[0]);
}
async function list(): Promise<Row> {
  const [row = {}] = (await uapi('Email::list_mxs', { domain: 'bob.example' })) as unknown as Row[];
  return row;
}

const domain = 'bob.example';

test('Email::list_mxs shows the records of the zone, and where the mail is kept', async () => {
  expect(await list()).toEqual({
    ...{ domain, mxcheck: 'auto', detected: 'local', local: 1, secondary: 0, remote: 0, alwaysaccept: 0 },
    mx: domain,
    entries: [{ domain, mx: domain, priority: 0, entrycount: 1, row: 'odd' }],
    ...{ status: 1, statusmsg: 'Fetched MX List' },
  });
  const all = (await uapi('Email::list_mxs')) as unknown as Row[];
  expect(all.map((row) => row.domain)).toEqual([domain]);
});

test('Email::add_mx, Email::change_mx and Email::delete_mx change the records, and the mail follows them', async () => {
  answerDns({ 'mx.example.net': ['198.51.100.1'] });
  const added = await uapi('Email::add_mx', { domain, exchanger: 'mx.example.net', priority: '10' });
  expect(added).toMatchObject({
    status: 1,
    checkmx: { detected: 'local', isprimary: 1, changed: 0, warnings: [] },
  });
  expect(mxLines()).toEqual(['0 bob.example.', '10 mx.example.net.']);
  expect(lookup('aliases/bob.example')).toBeDefined();
  expect(await refusal('Email::add_mx', { domain, exchanger: 'MX.example.net', priority: '10' })).toContain(
    'already has this MX record',
  );
  // This server becomes the second one: it passes mail on, and keeps none.
  const second = { domain, oldexchanger: domain, exchanger: domain, priority: '20' };
  expect(await uapi('Email::change_mx', second)).toMatchObject({
    checkmx: { detected: 'secondary', secondary: 1, local: 0, issecondary: 1, changed: 1 },
  });
  expect(lookup('aliases/bob.example')).toBeUndefined();
  expect(lookup('secondary/bob.example')).toBe('');
  expect(await uapi('Email::delete_mx', { domain, exchanger: domain, priority: '20' })).toMatchObject({
    checkmx: { detected: 'remote', remote: 1, changed: 1 },
  });
  expect(mxLines()).toEqual(['10 mx.example.net.']);
  expect(lookup('secondary/bob.example')).toBeUndefined();
  expect(await refusal('Email::delete_mx', { domain, exchanger: domain, priority: '20' })).toContain(
    'has no MX record for “bob.example” with the priority 20',
  );
  const always = { domain, exchanger: 'mx2.example.net', priority: '30', alwaysaccept: '1' };
  expect(await uapi('Email::add_mx', always)).toMatchObject({
    checkmx: { mxcheck: 'local', local: 1, changed: 1 },
  });
  expect(lookup('aliases/bob.example')).toBeDefined();
  expect(await list()).toMatchObject({ alwaysaccept: 1, detected: 'remote' });
});

test('a lookup that fails does not move the mail', async () => {
  const change = { domain, oldexchanger: domain, exchanger: 'broken.example.net', priority: '0' };
  const { checkmx } = await uapi('Email::change_mx', change);
  expect(checkmx).toMatchObject({ detected: 'local', local: 1, changed: 0 });
  expect(JSON.stringify(checkmx)).toContain('could not be looked up');
  expect(lookup('aliases/bob.example')).toBeDefined();
});

test('a change of the zone elsewhere is detected by a task, for the routing “auto” alone', async () => {
  const run = async () => {
    here.time += 300_000;
    await runTasks(here, 'detect-mail-routing');
  };
  await run();
  expect(lookup('aliases/bob.example')).toBeDefined();
  const { data } = await here.call('dumpzone', { domain });
  const { zone } = data as unknown as { zone: [{ record: { type: string; Line: number }[] }] };
  const line = zone[0].record.find(({ type }) => type === 'MX')?.Line ?? 0;
  const edit = (exchange: string) =>
    here.call('editzonerecord', { domain, line, type: 'MX', exchange, preference: '0' });
  expect((await edit('mx.example.net')).metadata.result).toBe(1);
  await run();
  expect(lookup('aliases/bob.example')).toBeUndefined();
  expect(await list()).toMatchObject({ mxcheck: 'auto', detected: 'remote' });
  await edit(domain);
  await uapi('Email::set_always_accept', { domain, mxcheck: 'remote' });
  await run();
  expect(lookup('aliases/bob.example')).toBeUndefined();
  await uapi('Email::set_always_accept', { domain, mxcheck: 'auto' });
  expect(lookup('aliases/bob.example')).toBeDefined();
});

describe('when a server with accounts gets the role', () => {
  const waits = () => lookup('moving/bob.example') !== undefined;
  const isLocal = () => lookup('aliases/bob.example') !== undefined;

  /** The server had no mail when the account was created. @param exchange the mail server in its zone. */
  async function withoutMail(exchange: string): Promise<void> {
    await here.call('removeacct', { username: 'bob' });
    await here.call('start_profile_activation', { code: 'WEBNODE', optional: '{"DNS":1}' });
    await runTasks(here, 'activate-profile');
    await here.call('createacct', { username: 'bob', domain });
    const { data } = await here.call('dumpzone', { domain });
    const { zone } = data as unknown as { zone: [{ record: { type: string; Line: number }[] }] };
    const line = zone[0].record.find(({ type }) => type === 'MX')?.Line ?? 0;
    await here.call('editzonerecord', { domain, line, type: 'MX', exchange, preference: '0' });
    expect([waits(), isLocal()]).toEqual([false, false]);
  }

  /** @returns the state of the domain’s mail at the moment when Exim gets its configuration. */
  async function activate(): Promise<readonly boolean[]> {
    await here.call('start_profile_activation', { code: 'STANDARD' });
    const { engine, reached, release } = holdFiles(here.engine, '/etc/dovecot');
    const task = runTasks({ engine, application: here.application, state: here.state }, 'activate-profile');
    await reached;
    const meanwhile = [waits(), isLocal()];
    release();
    await task;
    return meanwhile;
  }

  it('keeps mail waiting until it knows where to deliver it, and never delivers what belongs elsewhere', async () => {
    await withoutMail('mx.example.net');
    answerDns({ 'mx.example.net': ['198.51.100.1'] });
    expect(await activate()).toEqual([true, false]);
    expect([waits(), isLocal()]).toEqual([false, false]);
    expect(await list()).toMatchObject({ detected: 'remote', remote: 1 });
  });

  it('delivers mail of a domain whose zone here names this server', async () => {
    await withoutMail(domain);
    expect(await activate()).toEqual([true, false]);
    expect([waits(), isLocal()]).toEqual([false, true]);
  });

  it('goes on waiting if the lookup fails, and looks again', async () => {
    await withoutMail('broken.example.net');
    expect(await activate()).toEqual([true, false]);
    expect([waits(), isLocal()]).toEqual([true, false]);
    const again = async () => {
      here.time += 300_000;
      await runTasks(here, 'detect-mail-routing');
    };
    await again();
    expect([waits(), isLocal()]).toEqual([true, false]);
    const { resolver } = here.engine.machine;
    const works = { ...(await resolver()), ipv4: async () => ['198.51.100.1'] };
    here.overrides = { machine: { ...here.engine.machine, resolver: async () => works } };
    await again();
    expect([waits(), isLocal()]).toEqual([false, false]);
    expect(await list()).toMatchObject({ detected: 'remote', remote: 1 });
  });
});

test('a lookup that failed after a change of the zone is repeated', async () => {
  const again = async () => {
    here.time += 300_000;
    await runTasks(here, 'detect-mail-routing');
  };
  const change = { domain, oldexchanger: domain, exchanger: 'broken.example.net', priority: '0' };
  await uapi('Email::change_mx', change);
  await again();
  expect(lookup('aliases/bob.example')).toBeDefined();
  const { resolver } = here.engine.machine;
  const works = { ...(await resolver()), ipv4: async () => ['198.51.100.1'] };
  here.overrides = { machine: { ...here.engine.machine, resolver: async () => works } };
  await again();
  expect(lookup('aliases/bob.example')).toBeUndefined();
});

test('createacct says where the mail of a new domain is kept', async () => {
  const created = { username: 'ann', domain: 'ann.example', mxcheck: 'remote' };
  const { metadata } = await here.call('createacct', created);
  expect([metadata.reason, metadata.output?.warnings ?? []]).toEqual([
    'Account Creation Ok',
    expect.not.arrayContaining([expect.stringContaining('mxcheck')]),
  ]);
  expect(lookup('aliases/ann.example')).toBeUndefined();
  expect(lookup('domains/ann.example')).toBe('owner: ann\n');
  const { data } = await here.uapi('ann', 'Email::list_mxs', { domain: 'ann.example' });
  expect(data).toMatchObject([{ mxcheck: 'remote', detected: 'local' }]);
  await here.call('createacct', { username: 'may', domain: 'may.example', mxcheck: 'secondary' });
  expect(lookup('secondary/may.example')).toBe('');
});

test('Email::set_always_accept says where the mail is kept', async () => {
  expect(await uapi('Email::set_always_accept', { domain, mxcheck: 'remote' })).toMatchObject({
    ...{ mxcheck: 'remote', detected: 'local', remote: 1, local: 0, status: 1 },
    checkmx: { changed: 1, isprimary: 1 },
  });
  expect(lookup('aliases/bob.example')).toBeUndefined();
  expect(await uapi('Email::set_always_accept', { domain, alwaysaccept: 'local' })).toMatchObject({
    local: 1,
  });
  expect(lookup('aliases/bob.example')).toBeDefined();
  expect(await uapi('Email::set_always_accept', { domain })).toMatchObject({ mxcheck: 'auto' });
  expect(mxLines()).toEqual(['0 bob.example.']);
  expect(await refusal('Email::set_always_accept', { domain: 'eve.example' })).toContain(
    'a domain of the account',
  );
});

test('without a zone here, the records are those in DNS, and cannot be changed', async () => {
  await here.call('killdns', { domain });
  answerDns({ 'mx.example.net': ['198.51.100.1'] }, { 'bob.example': ['mx.example.net'] });
  expect(await list()).toMatchObject({ detected: 'remote', mx: 'mx.example.net' });
  expect(await refusal('Email::add_mx', { domain, exchanger: 'mx2.example.net', priority: '1' })).toContain(
    'is not on this server',
  );
  expect(await uapi('Email::set_always_accept', { domain })).toMatchObject({ detected: 'remote', remote: 1 });
  expect(lookup('aliases/bob.example')).toBeUndefined();
});

test('the functions of API 2 do the same under their old names', async () => {
  const api2 = async (name: string, args: Readonly<Record<string, Json>> = {}) => {
    const { data, error } = await here.api2('bob', name, args);
    expect([name, error]).toEqual([name, undefined]);
    return data[0] ?? {};
  };
  answerDns({ 'mx.example.net': ['198.51.100.1'] });
  const mx = { domain, exchange: 'mx.example.net', preference: '10' };
  expect(await api2('Email::addmx', mx)).toMatchObject({ status: 1, checkmx: { detected: 'local' } });
  expect(await api2('Email::changemx', { ...mx, oldpreference: '10', preference: '15' })).toMatchObject({
    status: 1,
  });
  expect(mxLines()).toEqual(['0 bob.example.', '15 mx.example.net.']);
  expect((await api2('Email::listmxs', { domain })).entries).toHaveLength(2);
  expect(await api2('Email::delmx', { ...mx, preference: '15' })).toMatchObject({ status: 1 });
  expect(await api2('Email::setmxcheck', { domain, mxcheck: 'secondary' })).toMatchObject({ secondary: 1 });
  expect(await api2('Email::getalwaysaccept', { domain })).toEqual({
    alwaysaccept: 0,
    domain,
    mxcheck: 'secondary',
  });
  expect(await api2('Email::setalwaysaccept', { domain, mxcheck: 'local' })).toMatchObject({ local: 1 });
  expect(await api2('Email::getalwaysaccept', { domain })).toMatchObject({ alwaysaccept: 1 });
});

test('Email::set_manual_mx_redirects sends mail of a domain to a certain host', async () => {
  expect(await uapi('Email::set_manual_mx_redirects', { domain, mx_host: 'MX.example.net' })).toEqual({
    [domain]: null,
  });
  expect(lookup('redirects/bob.example')).toBe('host: mx.example.net\n');
  expect(await uapi('Email::set_manual_mx_redirects', { domain, mx_host: '198.51.100.9' })).toEqual({
    [domain]: 'mx.example.net',
  });
  for (const mx_host of [
    ...['127.0.0.1', '192.0.2.1', 'server.example.com', domain, '::1', '2001:db8::1', 'a.example:25'],
    ...['x', 'a.example b.example', '999.1.1.1', '+', 'a.example\nb'],
  ]) {
    await refusal('Email::set_manual_mx_redirects', { domain, mx_host });
  }
  await refusal('Email::set_manual_mx_redirects', { domain: 'eve.example', mx_host: 'mx.example.net' });
  expect(lookup('redirects/eve.example')).toBeUndefined();
  expect(lookup('redirects/bob.example')).toBe('host: 198.51.100.9\n');
  expect(await uapi('Email::unset_manual_mx_redirects', { domain })).toEqual({ [domain]: '198.51.100.9' });
  expect(lookup('redirects/bob.example')).toBeUndefined();
  expect(await uapi('Email::unset_manual_mx_redirects', { domain })).toEqual({ [domain]: null });
});
