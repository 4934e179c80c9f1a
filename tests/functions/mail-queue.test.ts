// The mail queue by the public interface: files as Exim 4.98 writes them.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hash } from '../../src/core/values.ts';
import { SPOOL } from '../../src/capabilities/mail/driver/queue/look-queue.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
let spool: string;
beforeEach(async () => {
  here = new Installation();
  spool = join(here.state, 'root', SPOOL);
  await addAccounts(here, anAccount({ username: 'bob' }), anAccount({ username: 'anna' }));
});
afterEach(() => {
  here.remove();
});

interface Given {
  readonly sender: string;
  readonly login?: string;
  readonly lines?: readonly string[];
  /** The tree of those that are done, with the recipients behind it. */
  readonly recipients: string;
  readonly headers?: string;
  readonly body?: string;
  readonly time?: number;
}

const HEADERS =
  '029P Received: from [192.0.2.9];\n\n011  Subject: h\n009  X-Bad: \xE9\n007* X: old\n015F From: a@b.test\n';

function add(queue: string, msgid: string, given: Given): void {
  const {
    sender,
    login = 'Debian-exim',
    lines = [],
    recipients,
    headers = HEADERS,
    body = 'hi there\n',
    time = 1796159224,
  } = given;
  const folder = join(spool, queue, 'input');
  mkdirSync(folder, { recursive: true });
  const envelope = [
    ...[`${msgid}-H`, `${login} 64999 64999`, `<${sender}>`, `${time} 0`, '-received_time_usec .552827'],
    ...['--helo_name c.test', '-host_address [127.0.0.1]:44976', '-received_protocol esmtpa', ...lines],
    ...['-body_linecount 2', '-tls_resumption A', recipients],
  ].join('\n');
  writeFileSync(join(folder, `${msgid}-H`), Buffer.from(`${envelope}\n\n${headers}`, 'latin1'));
  writeFileSync(join(folder, `${msgid}-D`), `${msgid}-D\n${body}`);
}

const records = async () => (await here.call('fetch_mail_queue')).data?.records as Hash[];
const SIZE = 29 + 11 + 9 + 15 + 1 + 9;

describe('fetch_mail_queue', () => {
  it('lists the messages of the queue and of held accounts, the oldest first', async () => {
    expect(await records()).toEqual([]);
    add('', '1xYV42-0000000071h-3Hxr', {
      ...{ sender: 'box1@bob.example', time: 1796159300 },
      lines: ['-aclm _owner 3', 'bob', '-aclm _g 11', 'line1', 'line2', '--auth_id box1@bob.example'],
      recipients: 'YN ok@world.test\nNN bad@world.test\n3\nbad@world.test\nlater@world.test\nok@world.test',
    });
    add('held-anna-0123456789AB', '1abcDE-0000Xy-4Z', {
      sender: '',
      lines: ['-aclm _owner 4', 'anna', '-frozen 1796159223'],
      recipients: 'XX\n2\n"a b"@world.test\nx1@world.test',
    });
    expect(await records()).toEqual([
      {
        ...{ msgid: '1abcDE-0000Xy-4Z', sender: '', user: 'anna', frozen: 1, time: 1796159224, size: SIZE },
        recipients: ['"a b"@world.test', 'x1@world.test'],
      },
      {
        ...{ msgid: '1xYV42-0000000071h-3Hxr', sender: 'box1@bob.example', user: 'bob', frozen: 0 },
        ...{ time: 1796159300, size: SIZE, recipients: ['later@world.test'] },
      },
    ]);
  });

  it('believes no value of a stranger', async () => {
    const recipients = 'XX\n1\nx@bob.example';
    // A variable whose value looks like further variables, and a name in the greeting.
    const lines = ['--helo_name -frozen 1', '-aclm _h 28', '-frozen 1', '-aclm _owner 3', 'bob'];
    add('', '1xYV42-0000000071h-aaaa', { sender: 'a@out.test', recipients, lines });
    add('', '1xYV42-0000000071h-bbbb', { sender: '"> <x"@out.test', recipients, login: 'nobody' });
    add('', '1xYV42-0000000071h-cccc', { sender: 'a@out.test', recipients, login: 'anna' });
    expect((await records()).map(({ sender, user, frozen }) => [sender, user, frozen])).toEqual([
      ['a@out.test', null, 0],
      ['"> <x"@out.test', null, 0],
      ['a@out.test', 'anna', 0],
    ]);
  });

  it.each([
    ['of no message', { sender: 'a@b.test', recipients: 'rubbish' }],
    ['with too few recipients', { sender: 'a@b.test', recipients: 'XX\n9\na@b.test' }],
    ['with a torn tree', { sender: 'a@b.test', recipients: 'YY a@b.test\n1\na@b.test' }],
    [
      'with torn headers',
      { sender: 'a@b.test', recipients: 'XX\n1\na@b.test', headers: '999F From: a@b.test\n' },
    ],
  ])('passes over a file %s', async (_case, given) => {
    add('', '1xYV42-0000000071h-aaaa', given);
    add('', '1xYV42-0000000071h-bbbb', { sender: '', recipients: 'XX\n1\na@b.test' });
    mkdirSync(join(spool, 'input/other'), { recursive: true });
    writeFileSync(join(spool, 'input/1xYV42-0000000071h-bbbb-J'), '');
    expect((await records()).map(({ msgid }) => msgid)).toEqual(['1xYV42-0000000071h-bbbb']);
    rmSync(join(spool, 'input/1xYV42-0000000071h-bbbb-D'));
    expect(await records()).toEqual([]);
  });

  it('reads the headers of a page only, of which the names of the files tell the order', async () => {
    const recipients = 'XX\n1\nx@world.test';
    const ids = ['1xYV40', '1xYV4Z', '1xYV4a', '1xYV51'].map((time) => `${time}-0000000071h-3Hxr`);
    for (const [at, msgid] of ids.entries()) {
      add(at === 2 ? 'held-anna' : '', msgid, {
        sender: `s${at}@out.test`,
        recipients,
        time: 1796159220 + at,
      });
    }
    const ask = async (args: Record<string, string>) => {
      const { data, metadata } = await here.call('fetch_mail_queue', {
        ...{ 'api.chunk.enable': '1', 'api.chunk.size': '2', 'api.chunk.verbose': '1', ...args },
      });
      const list = data?.records as Hash[] | undefined;
      return [list?.map(({ sender }) => sender), metadata.chunk?.records ?? metadata.reason];
    };
    const sort = { 'api.sort.enable': '1', 'api.sort.a.reverse': '1' };
    const filter = { 'api.filter.enable': '1' };
    // Only what is on a page is read: this file is none of Exim’s.
    writeFileSync(join(spool, 'input', `${ids[3]}-H`), 'rubbish');
    expect(await ask({})).toEqual([['s0@out.test', 's1@out.test'], 4]);
    expect(await ask({ 'api.chunk.start': '3' })).toEqual([['s2@out.test'], 4]);
    expect(await ask({ ...sort, 'api.sort.a.field': 'msgid', 'api.chunk.start': '2' })).toEqual([
      ['s2@out.test', 's1@out.test'],
      4,
    ]);
    expect(
      await ask({
        ...filter,
        'api.filter.a.field': 'time',
        'api.filter.a.type': 'gt',
        'api.filter.a.arg0': '1796159230',
      }),
    ).toEqual([['s1@out.test', 's2@out.test'], 3]);
    // These need the headers.
    expect(await ask({ ...sort, 'api.sort.a.field': 'sender' })).toEqual([['s2@out.test', 's1@out.test'], 3]);
    expect(await ask({ ...filter, 'api.filter.a.field': 'sender', 'api.filter.a.arg0': 's1' })).toEqual([
      ['s1@out.test'],
      1,
    ]);
    expect(await ask({ ...filter, 'api.filter.a.field': 'nothing', 'api.filter.a.arg0': 's1' })).toEqual([
      undefined,
      expect.stringContaining('is not a field of this list'),
    ]);
  });

  it('is for root only', async () => {
    const { metadata } = await here.call('fetch_mail_queue', {}, { as: reseller('carol', 'track-email') });
    expect(metadata).toMatchObject({ result: 0 });
  });
});
