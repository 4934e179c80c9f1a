// Tracking of mail by the public interface: the log of Exim is read when somebody searches it, and by a task.
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Caller, Db } from '../../src/core/context.ts';
import type { Hash, Json } from '../../src/core/values.ts';
import * as domains from '../../src/capabilities/domains/rules/hosted-domains.ts';
import { MAIN_LOG, readMainLog } from '../../src/capabilities/mail/driver/tracking/look-main-log.ts';
import { readNewMail } from '../../src/capabilities/mail/rules/tracking/read-log.ts';
import * as tasks from '../../src/ground/rules/tasks/tasks.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';

let here: Installation;
let log: string;
beforeEach(async () => {
  here = new Installation();
  log = join(here.state, 'root', MAIN_LOG);
  mkdirSync(join(log, '..'), { recursive: true });
  await addAccounts(
    here,
    anAccount({ username: 'anna', owner: 'carol', settings: { maxEmailPerHour: 3 } }),
    anAccount({ username: 'bob' }),
    anAccount({ username: 'carol' }),
  );
  await here.call('setupreseller', { user: 'carol' });
});
afterEach(() => {
  here.remove();
});

const two = (number: number) => String(number).padStart(2, '0');
/** As Exim writes it, in the server's time zone. */
function logged(time: number): string {
  const at = new Date(time);
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((one) => two(one)).join('-');
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`;
}
const line = (number: number, text: string, time = here.time) =>
  `${logged(time)}.123 [4711] 1xYUnp-00000000${String(number).padStart(3, '0')}-0sXz ${text}\n`;
const add = (...lines: readonly string[]) => appendFileSync(log, lines.join(''));
const unix = () => Math.floor(here.time / 1000);

const from = (box: string) =>
  `<= ${box} H=(pc) [198.51.100.7]:4000 P=esmtpsa A=plain:${box} S=300 T="Hi" from <${box}>`;
const OUT = 'R=dnslookup T=remote_smtp H=mx.world.example [203.0.113.5]:25';
const BOX = 'R=mailbox T=lmtp';

async function records(args: Record<string, Json> = {}, as?: Caller): Promise<Hash[]> {
  const all = { success: '1', defer: '1', failure: '1', inprogress: '1' };
  const { metadata, data } = await here.call('emailtrack_search', { ...all, ...args }, as && { as });
  expect(metadata).toMatchObject({ result: 1, reason: 'OK' });
  return data?.records as Hash[];
}
const short = (found: readonly Hash[]) =>
  found.map(({ type, recipient }) => `${type as string} ${recipient as string}`);

const transaction = <T>(work: (db: Db) => Promise<T>): Promise<T> =>
  here.engine.store.transaction('changes', async (db) => ({ value: await work(db), keep: true }));

describe('emailtrack_search', () => {
  it('returns what became of a message, for each recipient', async () => {
    add(
      line(1, 'spamscore=56'),
      line(1, `${from('info@bob.example')} for a@world.example b@world.example`),
      line(1, `=> a@world.example F=<info@bob.example> ${OUT} C="250 OK"`, here.time + 2000),
      line(1, `** b@world.example ${OUT}: 550 no such user`, here.time + 2000),
      line(1, 'Completed', here.time + 2000),
    );
    const common = {
      ...{ sender: 'info@bob.example', domain: 'bob.example', user: 'bob', senderauth: 'plain', size: 300 },
      ...{ senderhost: 'pc', senderip: '198.51.100.7', spamscore: 56, sendunixtime: unix() },
      ...{ msgid: '1xYUnp-00000000001-0sXz', actionunixtime: unix() + 2, router: 'dnslookup' },
      ...{ actiontime: logged(here.time + 2000), transport: 'remote_smtp', transport_is_remote: 1 },
      ...{ host: 'mx.world.example', ip: '203.0.113.5', deliverydomain: 'world.example', deliveryuser: null },
    };
    const [a, b] = ['a@world.example', 'b@world.example'];
    expect(await records()).toEqual([
      { ...common, type: 'success', recipient: a, deliveredto: a, message: '250 OK' },
      { ...common, type: 'failure', recipient: b, deliveredto: b, message: '550 no such user' },
    ]);
    expect((await here.call('emailtrack_search')).data).toEqual({ records: [] });
    expect(short(await records({ success: '0' }))).toEqual([`failure ${b}`]);
  });

  it('finds the owner of each message', async () => {
    await transaction((db) =>
      domains.insert(db, {
        domain: 'shop.example',
        username: 'bob',
        type: 'addon',
        servedBy: null,
        documentRoot: 'shop',
      }),
    );
    const program = (user: string, sender: string) =>
      `<= ${sender} U=${user} P=local S=1 from <${sender}> for x@w.example`;
    const stranger =
      '<= info@bob.example H=(x) [198.51.100.7] P=esmtp S=1 from <info@bob.example> for x@anna.example';
    add(
      line(1, `${from('a@SHOP.example')} for x@w.example`),
      line(
        2,
        `<= a@bob.example H=(pc) [198.51.100.7] P=esmtpsa A=plain:anna S=1 from <a@bob.example> for x@w.example`,
      ),
      line(3, program('bob', 'any@where.example')),
      line(4, program('www-data', 'www-data@server.example.com')),
      line(5, program('root', 'info@anna.example')),
      line(6, stranger),
    );
    const found = await records();
    expect(found.map(({ user, senderauth }) => [user, senderauth])).toEqual([
      ['bob', 'plain'],
      ['anna', 'plain'],
      ['bob', 'localuser'],
      ['-system-', 'localuser'],
      ['anna', 'localuser'],
      ['-remote-', 'unauthorized'],
    ]);
    expect(found.map(({ deliveryuser }) => deliveryuser)).toEqual([null, null, null, null, null, 'anna']);
    expect(found.map(({ transport_is_remote: is }) => is)).toEqual([1, 1, 1, 1, 1, 0]);
  });

  it('is in progress until the first attempt, and keeps one record of deferrals', async () => {
    add(line(1, `${from('info@bob.example')} for a@w.example b@w.example`));
    expect(short(await records())).toEqual(['inprogress a@w.example', 'inprogress b@w.example']);
    add(line(1, `== a@w.example R=dnslookup T=remote_smtp defer (-44) H=mx [203.0.113.5]:25: 451 later`));
    expect(short(await records())).toEqual(['inprogress b@w.example', 'defer a@w.example']);
    add(
      line(
        1,
        `== a@w.example R=dnslookup T=remote_smtp defer (-44) H=mx [203.0.113.5]:25: 451 still`,
        here.time + 9000,
      ),
    );
    const [, deferred] = await records();
    expect(deferred).toMatchObject({ type: 'defer', message: '451 still', actionunixtime: unix() + 9 });
    here.time += 60_000;
    const { data } = await here.call('emailtrack_stats', { user: 'bob' });
    expect(data).toEqual({
      records: [
        {
          ...{ SENDCOUNT: 1, SUCCESSCOUNT: 0, FAILCOUNT: 0, DEFERCOUNT: 2, DEFERFAILCOUNT: 2 },
          ...{ INPROGRESSCOUNT: 1, TOTALSIZE: 300 },
        },
      ],
    });
    add(line(1, `=> a@w.example ${OUT}`), line(1, 'Completed'));
    expect(short(await records())).toEqual(['defer a@w.example', 'success a@w.example']);
  });

  it('narrows by kind of delivery, by number and by api.filter', async () => {
    for (let number = 1; number <= 4; number++) {
      here.time += 1000;
      add(
        line(number, `${from('info@bob.example')} for ${number}@w.example box@anna.example`),
        line(number, `=> ${number}@w.example ${OUT}`),
        line(number, `=> box <box@anna.example> ${BOX}`),
      );
    }
    expect(short(await records({ deliverytype: 'local', max_results_by_type: '2' }))).toEqual([
      'success box@anna.example',
      'success box@anna.example',
    ]);
    expect(short(await records({ deliverytype: 'remote', max_results_by_type: '2' }))).toEqual([
      'success 3@w.example',
      'success 4@w.example',
    ]);
    const filter = {
      ...{ 'api.filter.enable': '1', 'api.filter.a.field': 'sendunixtime', 'api.filter.a.type': 'gt' },
      ...{ 'api.filter.a.arg0': String(unix() - 1), 'api.sort.enable': '1', 'api.sort.a.field': 'recipient' },
    };
    expect(short(await records(filter))).toEqual(['success 4@w.example', 'success box@anna.example']);
    const carol = reseller('carol', 'track-email');
    expect(short(await records(filter, carol))).toEqual(['success box@anna.example']);
  });

  it('shows resellers the mail of their accounts, without where others forward it', async () => {
    const carol = reseller('carol', 'track-email');
    add(
      line(1, `${from('x@anna.example')} for boss@bob.example`),
      line(1, `=> secret@world.example <boss@bob.example> ${OUT} C="250 secret"`),
      line(2, `${from('x@bob.example')} for y@anna.example`),
      line(2, `=> far@world.example <y@anna.example> ${OUT} C="250 far"`),
      line(3, `${from('x@bob.example')} for z@world.example`),
      line(3, `=> z@world.example ${OUT}`),
    );
    const found = await records({}, carol);
    expect(
      found.map(({ recipient, deliveredto, host, message }) => [recipient, deliveredto, host, message]),
    ).toEqual([
      ['boss@bob.example', 'boss@bob.example', null, ''],
      ['y@anna.example', 'far@world.example', 'mx.world.example', '250 far'],
    ]);
    expect(JSON.stringify(found)).not.toContain('secret');
    const filter = {
      'api.filter.enable': '1',
      'api.filter.a.field': 'deliveredto',
      'api.filter.a.type': 'contains',
    };
    expect(await records({ ...filter, 'api.filter.a.arg0': 'secret' }, carol)).toEqual([]);
    expect((await records({ ...filter, 'api.filter.a.arg0': 'secret' })).length).toBe(1);
    const { metadata } = await here.call('emailtrack_search', {}, { as: reseller('carol', 'list-accts') });
    expect(metadata).toMatchObject({ result: 0 });
  });

  it('forgets who a removed account was, and follows a renamed one', async () => {
    add(line(1, `${from('x@bob.example')} for y@anna.example`), line(1, `=> y <y@anna.example> ${BOX}`));
    await records();
    const { default: capability } = await import('../../src/capabilities/mail/capability.ts');
    const outcome = { now: here.time } as never;
    await transaction(async (db) => capability.stored?.renamed?.(db, { from: 'bob', to: 'robert' }, outcome));
    await transaction(async (db) =>
      capability.stored?.removed?.(db, anAccount({ username: 'anna' }), outcome),
    );
    expect(await records()).toMatchObject([
      { user: 'robert', deliveryuser: null, recipient: 'y@anna.example' },
    ]);
  });
});

describe('the log', () => {
  it('is read once and from where it was read, whatever logrotate does to it', async () => {
    const mail = (number: number) => [
      line(number, `${from('x@bob.example')} for ${number}@w.example`),
      line(number, `=> ${number}@w.example ${OUT}`),
    ];
    // In the wrong order of their names: the message arrives in the oldest one.
    writeFileSync(`${log}.2.gz`, gzipSync(line(1, `${from('x@bob.example')} for 1@w.example`)));
    writeFileSync(`${log}.1`, line(1, `== 1@w.example R=d T=remote_smtp defer (111): Connection refused`));
    add(line(1, `=> 1@w.example ${OUT}`), line(1, 'Completed'), ...mail(2));
    expect(short(await records())).toEqual([
      'defer 1@w.example',
      'success 1@w.example',
      'success 2@w.example',
    ]);
    // Renamed while Exim still writes to it, and a new one begun.
    renameSync(`${log}.1`, `${log}.3`);
    renameSync(log, `${log}.1`);
    appendFileSync(`${log}.1`, mail(3).join(''));
    add(...mail(4));
    const all = ['defer 1@w.example', ...[1, 2, 3, 4].map((one) => `success ${one}@w.example`)];
    expect(short(await records())).toEqual(all);
    // Compressed.
    writeFileSync(`${log}.4.gz`, gzipSync(readFileSync(`${log}.1`)));
    rmSync(`${log}.1`);
    // Copied and truncated.
    writeFileSync(`${log}.1`, readFileSync(log));
    writeFileSync(log, mail(5).join(''));
    expect(short(await records())).toEqual([...all, 'success 5@w.example']);
    expect(short(await records())).toEqual([...all, 'success 5@w.example']);
  });

  it('leaves an incomplete last line for later', async () => {
    const [first, second] = [
      line(1, `${from('x@bob.example')} for 1@w.example`),
      line(1, `=> 1@w.example ${OUT}`),
    ] as const;
    add(first, second.slice(0, 70));
    expect(short(await records())).toEqual(['inprogress 1@w.example']);
    add(second.slice(70));
    expect(short(await records())).toEqual(['success 1@w.example']);
  });

  it('is neither lost nor doubled if the process ends between two batches, or two read it at once', async () => {
    for (let number = 1; number <= 40; number++) {
      add(
        line(number, `${from('x@bob.example')} for ${number}@w.example`),
        line(number, `== ${number}@w.example R=d T=remote_smtp defer (111): Connection refused`),
      );
      // A piece is read at a time, which has a megabyte.
      add(line(number, `F=<x> rejected: ${'x'.repeat(120_000)}`));
    }
    const { machine } = here.engine;
    const context = { machine, now: () => here.time };
    const run = <T>(effect: 'reads' | 'changes', work: (db: Db) => Promise<T>) =>
      here.engine.store.transaction(effect, async (db) => ({
        value: await work(db),
        keep: effect === 'changes',
      }));
    const inSmallBatches: typeof readMainLog = (of, reading) =>
      readMainLog(of, { ...reading, batchEvents: 1 });
    let stored = 0;
    const dying = async <T>(effect: 'reads' | 'changes', work: (db: Db) => Promise<T>): Promise<T> => {
      if (effect === 'changes' && (stored += 1) > 2) throw new Error('killed');
      return run(effect, work);
    };
    await expect(readNewMail({ ...context, transaction: dying }, inSmallBatches)).rejects.toThrow('killed');
    // Within a transaction, too: it is rolled back.
    const torn = <T>(effect: 'reads' | 'changes', work: (db: Db) => Promise<T>): Promise<T> =>
      run(effect, async (db) => {
        const value = await work(db);
        if (effect === 'changes') throw new Error('killed');
        return value;
      });
    await expect(readNewMail({ ...context, transaction: torn }, inSmallBatches)).rejects.toThrow('killed');
    const [one, other] = [
      { ...context, transaction: run },
      { ...context, transaction: run },
    ];
    await Promise.all([readNewMail(one, inSmallBatches), readNewMail(other, inSmallBatches)]);
    const { data } = await here.call('emailtrack_stats', { endtime: String(unix() + 9) });
    expect(data?.records).toMatchObject([{ SENDCOUNT: 40, DEFERCOUNT: 40, TOTALSIZE: 12_000 }]);
  });

  it('keeps a spam score whose message arrives in the next piece', async () => {
    const filler = line(9, `F=<x> rejected: ${'x'.repeat(120_000)}`);
    for (let number = 0; number < 8; number++) add(filler);
    // The piece of a megabyte ends in this filler.
    add(line(1, 'spamscore=57'), filler, line(1, `${from('x@w.example')} for box@bob.example`));
    const { machine } = here.engine;
    const run = <T>(effect: 'reads' | 'changes', work: (db: Db) => Promise<T>) =>
      here.engine.store.transaction(effect, async (db) => ({
        value: await work(db),
        keep: effect === 'changes',
      }));
    await readNewMail({ machine, now: () => here.time, transaction: run }, (of, reading) =>
      readMainLog(of, { ...reading, batchEvents: 1 }),
    );
    expect((await records()).map(({ spamscore }) => spamscore)).toEqual([57]);
  });

  it('doubles nothing if it is read again, because it was copied or restored', async () => {
    const last = line(2, `=> 2@w.example ${OUT}`);
    add(
      line(1, `${from('x@bob.example')} for 1@w.example box@anna.example`),
      line(1, `=> 1@w.example ${OUT}`),
      line(1, `=> box <box@anna.example> ${BOX}`),
      line(1, 'Completed'),
      line(2, `${from('x@bob.example')} for 2@w.example 3@w.example`),
      last,
    );
    const before = await records();
    expect(before.length).toBe(4);
    await transaction((db) => db.run('DELETE FROM mail_log'));
    expect(await records()).toEqual(before);
    // With a message that is new.
    await transaction((db) => db.run('DELETE FROM mail_log'));
    add(line(3, `${from('x@bob.example')} for 3@w.example`));
    expect(short(await records())).toEqual([...short(before), 'inprogress 3@w.example']);
    add(line(2, `=> 3@w.example ${OUT}`), line(2, 'Completed'));
    expect(short(await records())).toEqual([
      ...short(before).slice(0, 3),
      'inprogress 3@w.example',
      'success 3@w.example',
    ]);
  });

  it('says why it cannot be read, and answers from what was read before', async () => {
    add(line(1, `${from('x@bob.example')} for 1@w.example`));
    await records();
    writeFileSync(`${log}.2.gz`, 'no archive');
    const { metadata, data } = await here.call('emailtrack_search', { inprogress: '1' });
    expect(metadata).toMatchObject({
      result: 1,
      output: { warnings: [expect.stringContaining('compressed log')] },
    });
    expect((data?.records as Hash[]).length).toBe(1);
    rmSync(join(log, '..'), { recursive: true });
    expect((await records()).length).toBe(1);
  });

  it('is read by a task, and kept for as many days as exim_retention_days says', async () => {
    const DAY = 86_400_000;
    const at = (days: number) => here.time - days * DAY;
    [12, 8, 2].forEach((days, number) =>
      add(line(number, `${from('x@bob.example')} for ${days}@w.example`, at(days))),
    );
    const read = async () => {
      const { engine, application } = here;
      const task = { kind: 'read-mail-log', input: {}, caller: 'root', xid: 'x' };
      await transaction((db) => engine.addTask(db, task, here.time));
      await runTasks({ engine, application, state: here.state }, 'read-mail-log');
      return (await transaction((db) => tasks.list(db)))
        .filter(({ kind }) => kind === 'read-mail-log')
        .at(-1);
    };
    expect(await read()).toMatchObject({ state: 'done' });
    expect(short(await records())).toEqual(['inprogress 8@w.example', 'inprogress 2@w.example']);
    const set = await here.call('set_tweaksetting', { key: 'exim_retention_days', value: '5' });
    expect(set.metadata).not.toHaveProperty('output.warnings');
    expect(await read()).toMatchObject({ state: 'done' });
    expect(short(await records())).toEqual(['inprogress 2@w.example']);
    writeFileSync(`${log}.1.gz`, 'no archive');
    expect(await read()).toMatchObject({ state: 'failed' });
  });
});

describe('the statistics', () => {
  beforeEach(() => {
    add(
      line(1, `${from('x@anna.example')} for 1@w.example 2@w.example 3@w.example`),
      line(1, `=> 1@w.example ${OUT}`),
      line(1, `-> 2@w.example ${OUT}`),
      line(1, `** 3@w.example ${OUT}: no`),
      line(2, `${from('y@anna.example')} for 1@w.example box@bob.example`),
      line(2, `=> box <box@bob.example> ${BOX}`),
      line(2, `== 1@w.example ${OUT} defer (-44): later`),
      line(3, `${from('z@bob.example')} for box@bob.example`),
      line(3, `=> box <box@bob.example> ${BOX}`),
      line(4, '<= s@out.example H=(x) [198.51.100.7] P=esmtp S=70 from <s@out.example> for box@bob.example'),
      line(4, `=> box <box@bob.example> ${BOX}`),
      line(5, `${from('x@anna.example')} for 1@w.example`, here.time - 7_200_000),
      line(5, `=> 1@w.example ${OUT}`, here.time - 7_200_000),
    );
  });

  const stats = async (args: Record<string, string> = {}, as?: Caller) =>
    (await here.call('emailtrack_stats', args, as && { as })).data?.records;

  it('count the messages of accounts, and what became of them', async () => {
    const carol = reseller('carol', 'track-email');
    const anna = {
      ...{ SENDCOUNT: 3, SUCCESSCOUNT: 4, FAILCOUNT: 1, DEFERCOUNT: 1, DEFERFAILCOUNT: 2 },
      ...{ INPROGRESSCOUNT: 0, TOTALSIZE: 900 },
    };
    expect(await stats()).toEqual([{ ...anna, SENDCOUNT: 4, SUCCESSCOUNT: 5, TOTALSIZE: 1200 }]);
    expect(await stats({ user: 'anna' })).toEqual([anna]);
    expect(await stats({}, carol)).toEqual([anna]);
    const begin = String(unix() - 60);
    expect(await stats({ user: 'anna', starttime: begin })).toMatchObject([
      { SENDCOUNT: 2, SUCCESSCOUNT: 3 },
    ]);
    expect(await stats({ user: 'anna', enddate: begin })).toMatchObject([{ SENDCOUNT: 1, SUCCESSCOUNT: 1 }]);
    expect(await stats({ user: 'anna', deliverytype: 'local' })).toMatchObject([
      { SENDCOUNT: 1, SUCCESSCOUNT: 1, DEFERCOUNT: 0 },
    ]);
    expect(await stats({ user: 'bob', deliverytype: 'remote' })).toMatchObject([
      { SENDCOUNT: 0, TOTALSIZE: 0 },
    ]);
    const [short = {}] = (await stats({ nosize: '1', nosuccess: '1' })) as Hash[];
    expect(Object.keys(short).sort()).toEqual([
      'DEFERCOUNT',
      'DEFERFAILCOUNT',
      'FAILCOUNT',
      'INPROGRESSCOUNT',
      'SENDCOUNT',
    ]);
    const { metadata } = await here.call('emailtrack_stats', { user: 'bob' }, { as: carol });
    expect(metadata).toMatchObject({ result: 0 });
  });

  it('by account and domain, with the limits of the last hour', async () => {
    const user = (USER: string, OWNER: string) => ({
      USER,
      OWNER,
      DOMAIN: `${USER}.example`,
      PRIMARY_DOMAIN: `${USER}.example`,
    });
    const of = async (args = {}, options = {}) =>
      (await here.call('emailtrack_user_stats', args, options)).data?.records;
    expect(await of()).toEqual([
      {
        ...user('anna', 'carol'),
        ...{ SENDCOUNT: 3, SUCCESSCOUNT: 4, FAILCOUNT: 1, DEFERCOUNT: 1, DEFERFAILCOUNT: 2, TOTALSIZE: 900 },
        ...{ REACHED_MAXEMAILS: 1, REACHED_MAXDEFERFAIL: 0 },
      },
      {
        ...user('bob', 'root'),
        ...{ SENDCOUNT: 1, SUCCESSCOUNT: 1, FAILCOUNT: 0, DEFERCOUNT: 0, DEFERFAILCOUNT: 0, TOTALSIZE: 300 },
        ...{ REACHED_MAXEMAILS: 0, REACHED_MAXDEFERFAIL: 0 },
      },
    ]);
    expect(await of({ sender: 'y@anna.example' })).toMatchObject([{ USER: 'anna', SENDCOUNT: 1 }]);
    expect(await of({}, { as: reseller('carol', 'track-email') })).toMatchObject([{ USER: 'anna' }]);
    await here.call('set_tweaksetting', { key: 'email_send_limits_max_defer_fail_percentage', value: '50' });
    const fewest = 'email_send_limits_min_defer_fail_to_trigger_protection';
    await here.call('set_tweaksetting', { key: fewest, value: '2' });
    expect(await of()).toMatchObject([{ REACHED_MAXDEFERFAIL: 1 }, { REACHED_MAXDEFERFAIL: 0 }]);
    here.time += 3_601_000;
    expect(await of()).toMatchObject([{ REACHED_MAXEMAILS: 0, REACHED_MAXDEFERFAIL: 0 }, {}]);
  });

  it('count each recipient once', async () => {
    const carol = reseller('carol', 'track-email');
    const period = { start_time: String(unix() - 9000), end_time: String(unix()) };
    const bySender = 'get_unique_recipient_count_per_sender_for_user';
    expect((await here.call(bySender, { ...period, user: 'anna' })).data).toEqual({
      payload: [
        { sender: 'x@anna.example', unique_recipient_count: 3 },
        { sender: 'y@anna.example', unique_recipient_count: 2 },
      ],
    });
    expect((await here.call(bySender, { ...period, user: 'bob' }, { as: carol })).metadata).toMatchObject({
      result: 0,
    });
    const byUser = 'get_unique_sender_recipient_count_per_user';
    const anna = { user: 'anna', unique_sender_recipient_count: 5 };
    expect((await here.call(byUser, period)).data).toEqual({
      payload: [anna, { user: 'bob', unique_sender_recipient_count: 1 }],
    });
    expect((await here.call(byUser, period, { as: carol })).data).toEqual({ payload: [anna] });
    const none = { start_time: '1', end_time: '2' };
    expect((await here.call(byUser, none)).data).toEqual({ payload: [] });
  });
});
