// What an account is told of the way of its mail: traces of addresses and filters, and the files of its mailboxes. Exim’s and
// Dovecot’s answers are those that they gave on a Debian; `tests/machine/mail.test.ts` asks them themselves.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ToolOptions, ToolWord } from '../../src/core/machine-daemons.ts';
import type { Machine } from '../../src/core/machine.ts';
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeEach(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
});
afterEach(() => here.remove());

const inRoot = (path: string) => join(here.state, 'root', path);

async function email(name: string, args: Record<string, string> = {}, user = 'bob') {
  const answer = await here.uapi(user, name, args);
  expect([name, answer.errors]).toEqual([name, null]);
  return answer.data;
}
async function refusal(name: string, args: Record<string, string>): Promise<string> {
  const { status, errors } = await here.uapi('bob', name, args);
  expect([name, args, status]).toEqual([name, args, 0]);
  return String(errors?.[0]);
}
const addBox = (box: string) => email('Email::add_pop', { email: box, domain: 'bob.example', password });

interface Run {
  readonly tool: string;
  readonly words: readonly ToolWord[];
  readonly options: ToolOptions;
}

/** A machine whose tools give these answers. @returns how they were run. */
function withAnswers(stdout: string, status = 0): Run[] {
  const runs: Run[] = [];
  const { machine } = here.engine;
  const run = (tool: string, words: readonly ToolWord[], options: ToolOptions) => {
    runs.push({ tool, words, options });
    return Promise.resolve({ status, stdout, stderr: '' });
  };
  const users = {
    find: (name: string) => Promise.resolve({ name, uid: 1000, gid: 1000 }),
  };
  here.overrides.machine = Object.create(machine, {
    services: { value: () => Promise.resolve({ isSupported: true }) },
    users: { value: () => Promise.resolve(users) },
    tools: { value: () => Promise.resolve({ run, has: () => Promise.resolve(true) }) },
  }) as Machine;
  return runs;
}

describe('Email::trace_delivery', () => {
  const traced = (recipient: string) => email('Email::trace_delivery', { recipient });
  const end = (address: string, type: string, more: object = {}) => ({
    ...{ address, type, mx: [], message: '', ...more },
  });

  it('follows the account’s own forwarders, up to the first address of another account', async () => {
    const runs = withAnswers(
      [
        'x@world.example',
        '    <-- f@bob.example',
        '  router = remote, transport = remote_smtp',
        '  host mx1.world.example [192.0.2.7] MX=10',
        '  host mx2.world.example [192.0.2.8] MX=20',
        'me@hidden.example cannot be resolved at this time: host lookup did not complete',
        '    <-- secret@eve.example',
        '    <-- f@bob.example',
        'none@eve.example is undeliverable: eve says so',
        '    <-- f@bob.example',
        'box@bob.example',
        '    <-- f@bob.example',
        '  router = mailbox, transport = dovecot',
        'root@server.example -> /var/mail/mail',
        '    <-- f@bob.example',
        '  transport = file',
      ].join('\n'),
      2,
    );
    expect(await traced('F@Bob.example')).toEqual({
      address: 'f@bob.example',
      type: 'routed',
      destinations: [
        end('box@bob.example', 'local_delivery'),
        end('none@eve.example', 'local_delivery'),
        end('root@server.example', 'local_delivery'),
        end('secret@eve.example', 'local_delivery'),
        end('x@world.example', 'remote_delivery', { mx: ['mx1.world.example', 'mx2.world.example'] }),
      ],
    });
    expect(runs).toMatchObject([{ tool: 'exim4', words: ['-bt', '--', 'f@bob.example'] }]);
  });

  it.each([
    ['mail to a@bob.example is discarded\n', 'discard', ''],
    ['a@bob.example is undeliverable: Gone\n', 'bounce', 'Gone'],
    ['a@bob.example cannot be resolved at this time: no DNS\n', 'defer', 'no DNS'],
  ])('%s', async (answer, type, message) => {
    withAnswers(answer);
    expect(await traced('a@bob.example')).toEqual({
      ...{ address: 'a@bob.example', type, destinations: [end('a@bob.example', type, { message })] },
    });
  });

  it('says why the account itself refuses mail, which Exim does not', async () => {
    const fail = { domain: 'bob.example', fwdopt: 'fail' };
    await email('Email::add_forwarder', { ...fail, email: 'no', failmsgs: 'Gone' });
    await email('Email::set_default_address', { ...fail, failmsgs: 'Nobody' });
    withAnswers('no@bob.example is undeliverable\n');
    expect(await traced('no@bob.example')).toMatchObject({ destinations: [{ message: 'Gone' }] });
    withAnswers('x@bob.example is undeliverable\n');
    expect(await traced('x@bob.example')).toMatchObject({
      type: 'bounce',
      destinations: [{ message: 'Nobody' }],
    });
  });

  it('says the same of each address of another account, and does not ask Exim', async () => {
    await email('Email::add_pop', { email: 'e', domain: 'eve.example', password }, 'eve');
    const runs = withAnswers('never');
    for (const address of ['e@eve.example', 'none@eve.example'])
      expect(await traced(address)).toEqual({
        ...{ address, type: 'routed', destinations: [end(address, 'local_delivery')] },
      });
    expect(runs).toEqual([]);
  });

  it.each(['-bV', '-C/tmp/x@bob.example\n', 'bob', '|id@bob.example', '"a b"@bob.example', 'a@b', ':fail:'])(
    'refuses %s',
    async (recipient) => {
      const runs = withAnswers('never');
      expect(await refusal('Email::trace_delivery', { recipient })).toContain('“recipient” should be');
      expect(runs).toEqual([]);
    },
  );
});

describe('Email::trace_filter', () => {
  const filter = {
    ...{ filtername: 'shop', account: 'sales@bob.example', part1: '$header_subject:', match1: 'contains' },
    ...{ val1: 'order', action1: 'save', dest1: 'INBOX.Shop' },
  };

  it('has Dovecot try the stored filters, with the rights of the user', async () => {
    await addBox('sales');
    await email('Email::store_filter', filter);
    const runs = withAnswers('Performed actions:\n');
    const args = { account: 'sales@bob.example', msg: 'Subject: order\n\nText' };
    expect(await email('Email::trace_filter', args)).toEqual({ trace: 'Performed actions:' });
    expect((await here.api2('bob', 'Email::tracefilter', args)).data).toEqual([
      { trace: 'Performed actions:' },
    ]);
    expect(runs[0]).toMatchObject({
      tool: 'sieve-test',
      options: {
        as: { uid: 1000 },
        privateFile: [expect.stringContaining('INBOX.Shop') as string, args.msg],
      },
    });
    expect(runs[0]?.words).not.toContain('-e');
    // What is no header is a text.
    await email('Email::trace_filter', { ...args, msg: 'only text' });
    expect(runs.at(-1)?.options.privateFile).toContain('\nonly text');
  });

  it('says that there are none, and refuses mailboxes of others and large messages', async () => {
    await addBox('sales');
    expect(await email('Email::trace_filter', { msg: 'a' })).toEqual({
      trace: expect.stringContaining('goes to the inbox') as string,
    });
    expect(await refusal('Email::trace_filter', { msg: 'a', account: 'e@eve.example' })).toContain(
      'should be a domain of the account',
    );
    expect(await refusal('Email::trace_filter', { msg: 'a', account: 'none@bob.example' })).toContain(
      'There is no mailbox',
    );
    expect(await refusal('Email::trace_filter', { msg: 'a'.repeat(256 * 1024 + 1) })).toContain('msg');
  });
});

describe('Email::browse_mailbox', () => {
  const browsed = async (args: Record<string, string> = {}) =>
    ((await email('Email::browse_mailbox', args)) as { file: string }[]).map(({ file }) => file);
  const account = 'sales@bob.example';

  beforeEach(async () => {
    await addBox('sales');
    const box = 'home/bob/mail/bob.example/sales';
    for (const folder of ['cur', 'new', 'tmp', '.Sent/cur', '.Sent/new', '.Sent/tmp', '.other'])
      mkdirSync(inRoot(`${box}/${folder}`), { recursive: true });
    writeFileSync(inRoot(`${box}/new/1.eml`), 'text');
    writeFileSync(inRoot(`${box}/.hidden`), '');
    writeFileSync(inRoot('home/eve/secret'), 'secret');
    symlinkSync('/home/eve', inRoot(`${box}/link`));
  });

  it('lists folders of mail, and other files unless their names begin with a dot', async () => {
    expect(await browsed({ account })).toEqual(['.Sent', 'cur', 'link', 'new', 'tmp']);
    expect(await browsed({ account, showdotfiles: '1' })).toContain('.hidden');
    expect(await email('Email::browse_mailbox', { account, dir: 'new' })).toEqual([
      {
        ...{ file: '1.eml', path: '/home/bob/mail/bob.example/sales/new', relpath: 'new/1.eml', depth: 1 },
        fullpath: '/home/bob/mail/bob.example/sales/new/1.eml',
        ...{ type: 'file', isleaf: 1, ismailbox: 0, mtime: expect.any(Number) as number },
      },
    ]);
    expect((await here.api2('bob', 'Email::browseboxes', { account })).data).toMatchObject([
      { file: '.Sent', ismailbox: 1, isleaf: 0, type: 'dir', depth: 0 },
      { file: 'cur', ismailbox: 0, isleaf: 1 },
      {},
      {},
      {},
    ]);
    expect(await browsed()).toContain('bob.example');
  });

  it('stays in the mailbox', async () => {
    for (const dir of ['..', '../../..', 'new/../..'])
      expect(await refusal('Email::browse_mailbox', { account, dir })).toContain('below the mailbox');
    await refusal('Email::browse_mailbox', { account, dir: 'link' });
    await refusal('Email::browse_mailbox', { account: 'e@eve.example' });
  });

  it('API 2 also has the directory itself, and other older names', async () => {
    const data = async (name: string, args: Record<string, string> = {}) =>
      (await here.api2('bob', name, args)).data;
    expect(await data('Email::getabsbrowsedir', { account })).toEqual([
      { absdir: '/home/bob/mail/bob.example/sales' },
    ]);
    expect(await data('Email::getabsbrowsedir')).toEqual([{ absdir: '/home/bob/mail' }]);
    expect(await data('Email::getdiskusage', { domain: 'bob.example', login: 'sales' })).toEqual([
      { diskused: '0', domain: 'bob.example', login: account, user: 'sales' },
    ]);
    expect(await data('Email::checkmaindiscard')).toEqual([{ status: 0 }]);
    await email('Email::set_default_address', { domain: 'bob.example', fwdopt: 'blackhole' });
    expect(await data('Email::checkmaindiscard')).toEqual([{ status: 1 }]);
    const reply = { from: 'Sales', subject: 'Away', body: 'Back on Monday.', interval: '24', is_html: '0' };
    const place = { email: 'sales', domain: 'bob.example', start: '0', stop: '0' };
    await email('Email::add_auto_responder', { ...reply, ...place });
    expect(await data('Email::fetchautoresponder', { email: account })).toMatchObject([
      { from: 'Sales', subject: 'Away' },
    ]);
  });
});

it('Email::enable_mailbox_autocreate and its neighbours say whether mail creates folders', async () => {
  await addBox('sales');
  const args = { email: 'sales@bob.example' };
  const creates = () => email('Email::get_mailbox_autocreate', args);
  expect(await creates()).toBe(0);
  expect(await email('Email::enable_mailbox_autocreate', args)).toBe(1);
  expect(await creates()).toBe(1);
  // Other changes keep it.
  await email('Email::edit_pop_quota', { ...args, domain: 'bob.example', quota: '5' });
  expect(await creates()).toBe(1);
  expect(await email('Email::disable_mailbox_autocreate', args)).toBe(1);
  expect(await creates()).toBe(0);
  expect(await refusal('Email::enable_mailbox_autocreate', { email: 'e@eve.example' })).toContain(
    'should be a domain of the account',
  );
});
