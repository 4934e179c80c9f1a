// What an account reads about its disk usage: the last measurement, and how old it is.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MachineQuota, MachineUsage } from '../../src/core/machine.ts';
import { MachineError } from '../../src/core/machine-error.ts';
import type { Installation } from '../support/installation.ts';
import { basic, TestServer } from '../support/server.ts';

const password = 'correct horse battery staple 7';
let server: TestServer;
let overrides: Installation['overrides'];

beforeAll(async () => {
  server = await TestServer.startWithAccounts();
  const { metadata } = await server.here.call('createacct', {
    ...{ username: 'bob', domain: 'bob.example', password, quota: '10' },
  });
  expect(metadata.reason).toBe('Account Creation Ok');
  overrides = server.here.overrides;
});
beforeEach(() => {
  server.here.overrides = overrides;
  // Each test begins without a measurement of the last minute.
  server.here.time += 60_000;
});
afterAll(() => server.stop());

const MIB_BLOCKS = 1024;
let measured = 0;
/** Replaces the machine’s measurement: the account has a MiB and a file more with each of them. */
function measureBy(usage: MachineQuota['usage'] = growing): void {
  const { here } = server;
  measured = 0;
  const quota = { isEnabled: async () => false, setLimit: async () => undefined, usage, usages: jest.fn() };
  here.overrides = { ...here.overrides, machine: { ...here.engine.machine, quota: async () => quota } };
}
async function growing(): Promise<MachineUsage> {
  measured += 1;
  return { blocks: measured * MIB_BLOCKS, inodes: measured };
}

type Rows = { readonly id: string; readonly usage: number; readonly _count: string }[];
interface Answered {
  /** In MiB. */
  readonly used: number;
  readonly messages: readonly string[] | null;
  readonly warnings: readonly string[] | null;
}

/** The functions, with where they say how much is used. */
const readers: [string, Record<string, string>, (data: unknown) => number][] = [
  ['Quota::get_quota_info', {}, (data) => (data as { megabytes_used: number }).megabytes_used],
  ['Quota::get_local_quota_info', {}, (data) => (data as { bytes_used: number }).bytes_used / 2 ** 20],
  [
    'ResourceUsage::get_usages',
    {},
    (data) => ((data as Rows).find(({ id }) => id === 'disk_usage')?.usage ?? NaN) / 2 ** 20,
  ],
  ['StatsBar::get_stats', { display: 'diskusage' }, (data) => Number((data as Rows)[0]?._count)],
  // The number of limits that are nearly used: 8 of 10 MiB are.
  ['Notifications::get_notifications_count', {}, (data) => data as number],
];

async function ask(name: string, args: Record<string, string>, used: (data: unknown) => number) {
  const { data, messages, warnings, errors } = await server.here.uapi('bob', name, args);
  expect(errors).toBeNull();
  return { used: used(data), messages, warnings } satisfies Answered;
}
const listed = async () => (await server.here.call('listaccts', { want: 'diskused' })).data?.acct;

describe.each(readers)('%s', (name, args, used) => {
  const isCount = name.startsWith('Notifications');
  const after = (mebibytes: number) => (isCount ? Number(mebibytes >= 8) : mebibytes);

  it('answers with the measurement of the last minute, and measures again later', async () => {
    measureBy();
    expect(await ask(name, args, used)).toEqual({ used: after(1), messages: null, warnings: null });
    server.here.time += 59_999;
    expect(await ask(name, args, used)).toEqual({ used: after(1), messages: null, warnings: null });
    expect(measured).toBe(1);
    expect(await listed()).toEqual([{ diskused: '1M' }]);
    measured = 7;
    server.here.time += 1;
    expect((await ask(name, args, used)).used).toBe(after(8));
    expect(measured).toBe(8);
    expect(await listed()).toEqual([{ diskused: '8M' }]);
  });

  it('measures after the call in a server, and says how old the answer is', async () => {
    measureBy();
    const { here } = server;
    await ask(name, args, used);
    const later: [string, () => Promise<void>][] = [];
    here.overrides = { ...here.overrides, later: (...work) => later.push(work) };
    here.time += 3 * 60_000;
    measured = 8;
    expect(await ask(name, args, used)).toEqual({
      used: after(1),
      messages: ['The disk usage was measured 3 minutes ago. It is being measured again.'],
      warnings: null,
    });
    expect(later).toEqual([['disk usage of bob', expect.any(Function)]]);
    await later[0]?.[1]();
    expect(await ask(name, args, used)).toEqual({ used: after(9), messages: null, warnings: null });
  });

  it('warns if the machine cannot measure, and answers with the last measurement', async () => {
    measureBy();
    await ask(name, args, used);
    measureBy(async () => {
      throw new MachineError('failed', '“find” failed with status 2.');
    });
    server.here.time += 60_000;
    expect(await ask(name, args, used)).toEqual({
      used: after(1),
      messages: null,
      warnings: ['The disk usage of “bob” is the last measured value: “find” failed with status 2.'],
    });
  });
});

test('Fileman::getdiskinfo is never older than a minute, because its response has no place for an age', async () => {
  measureBy();
  const { here } = server;
  here.overrides = { ...here.overrides, later: () => expect('work').toBe('done during the call') };
  const info = async () => (await here.api2('bob', 'Fileman::getdiskinfo')).data;
  expect(await info()).toMatchObject([{ spaceused: String(2 ** 20), filesused: '1' }]);
  here.time += 59_999;
  expect(await info()).toMatchObject([{ spaceused: String(2 ** 20) }]);
  here.time += 1;
  expect(await info()).toMatchObject([{ spaceused: String(2 ** 21), spaceremain: String(8 * 2 ** 20) }]);
  expect(measured).toBe(2);
});

test('a dry run stores no measurement', async () => {
  measureBy();
  const { here } = server;
  const before = await listed();
  const names = {
    'cpanel.user': 'bob',
    'cpanel.module': 'Quota',
    'cpanel.function': 'get_local_quota_info',
  };
  const { data } = await here.call('uapi_cpanel', names, { dryRun: true });
  expect(data?.uapi).toMatchObject({ status: 1, data: { inodes_used: 1 } });
  expect(measured).toBe(1);
  expect(await listed()).toEqual(before);
});

test('StatsBar::get_stats measures only if a statistic is about the disk usage', async () => {
  measureBy();
  const display = 'subdomains|bandwidthusage|hostname';
  const { data, messages } = await server.here.uapi('bob', 'StatsBar::get_stats', { display });
  expect((data as unknown as Rows).map(({ id }) => id)).toEqual(display.split('|'));
  expect([measured, messages]).toEqual([0, null]);
});

test('a new file counts a minute later, on every port', async () => {
  const { here } = server;
  const headers = { authorization: basic('bob', password) };
  const bytes = async () => {
    const { text } = await server.askAccounts('/execute/Quota/get_local_quota_info', { headers });
    return (JSON.parse(text) as { data: { bytes_used: number } }).data.bytes_used;
  };
  const before = await bytes();
  writeFileSync(join(here.state, 'root/home/bob/new'), Buffer.alloc(3 * 2 ** 20, 1));
  expect(await bytes()).toBe(before);
  here.time += 60_000;
  const answers = [await bytes(), await bytes()];
  expect(answers[0]).toBeGreaterThanOrEqual(before + 3 * 2 ** 20);
  expect(answers[1]).toBe(answers[0]);
  const { data } = await here.call('accountsummary', { user: 'bob' });
  expect(data?.acct).toMatchObject([{ diskused: `${Math.ceil((answers[0] ?? NaN) / 2 ** 20)}M` }]);
});
