// Mail on a fresh Debian with the profile STANDARD: from a mailbox by UAPI to a message that another program reads, and
// everything that must be refused on the way.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { hostingRoot } from './prepared-roots.ts';
import { until } from './until.ts';

const PASSWORD = 'correct horse battery staple 7';
const CLIENT = '/root/smtp-client.cjs';
const ATTACK = '/root/mail-attack.cjs';
const LOOKUPS = '/etc/exim4/whmapi1';
/** Accepts all mail, and keeps its text. */
const MAIL_SERVER = `
const { appendFileSync } = require('node:fs');
const { createInterface } = require('node:readline');
for (const port of [25, 465, 587, 2525])
  require('node:net').createServer((socket) => {
    let isText = false;
    socket.on('error', () => undefined).write('220 mx.example ESMTP\\r\\n');
    createInterface(socket).on('error', () => undefined).on('line', (line) => {
      if (isText) appendFileSync('/root/mx.log', line + '\\n');
      if (isText && line !== '.') return;
      isText = line === 'DATA';
      socket.write(isText ? '354 go on\\r\\n' : line === 'QUIT' ? '221 bye\\r\\n' : '250 OK\\r\\n');
      if (line === 'QUIT') socket.end();
    });
  }).listen(port, '::');
`;

interface Session {
  readonly host?: string;
  readonly port: number;
  readonly isTls?: boolean;
  readonly lines: readonly string[];
}

describeOnMachine('mail, in this order', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(await hostingRoot());
    copyFileSync('tests/machine/smtp-client.cjs', machine.path(CLIENT));
    copyFileSync('tests/machine/mail-attack.cjs', machine.path(ATTACK));
    writeFileSync(machine.path('/etc/dovecot/local.conf'), 'auth_failure_delay = 0\n');
    machine.sh('systemctl reload dovecot');
  });
  afterAll(() => machine.stop());

  function works(name: string, ...words: string[]): void {
    const { stdout } = machine.run('whmapi1', ['--output=json', name, ...words]);
    const { result, reason } = (JSON.parse(stdout) as { metadata: { result: number; reason: string } })
      .metadata;
    expect([name, result === 1 ? '' : reason]).toEqual([name, '']);
  }
  function email(user: string, name: string, ...words: string[]): unknown {
    const { stdout } = machine.run('uapi', ['--output=json', `--user=${user}`, 'Email', name, ...words]);
    const { result } = JSON.parse(stdout) as { result: { errors: string[] | null; data: unknown } };
    expect([name, result.errors]).toEqual([name, null]);
    return result.data;
  }
  const talk = (...sessions: Session[]): string[][] =>
    JSON.parse(machine.run('node', [CLIENT], { input: JSON.stringify(sessions) }).stdout) as string[][];
  const plain = (login: string, password = PASSWORD) =>
    `AUTH PLAIN ${Buffer.from(`\0${login}\0${password}`).toString('base64')}`;
  /** The last reply of a session with a login on port 465. */
  const submit = (
    login: string,
    from: string,
    to: string,
    body = `From: <${from}>\r\nSubject: test\r\n\r\nText`,
  ) => {
    const lines = [
      'EHLO there',
      plain(login),
      `MAIL FROM:<${from}>`,
      `RCPT TO:<${to}>`,
      'DATA',
      `${body}\r\n.`,
    ];
    return (
      (talk({ port: 465, isTls: true, lines })[0] ?? []).find((reply) => /^[45]|^250 OK id=/.test(reply)) ??
      ''
    );
  };
  /** The same for a stranger on port 25. */
  const deliver = (to: string, from = 'ann@world.example', subject = 'test') => {
    const body = `From: <${from}>\r\nSubject: ${subject}\r\n\r\nText\r\n.`;
    const lines = ['EHLO there', `MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'DATA', body];
    return (talk({ port: 25, lines })[0] ?? []).find((reply) => /^[45]|^250 OK id=/.test(reply)) ?? '';
  };
  /** The subjects in an inbox, over IMAP with TLS. */
  const inbox = (login: string, password = PASSWORD) => {
    const words = [
      '-sk',
      '--max-time',
      '20',
      '--user',
      `${login}:${password}`,
      'imaps://127.0.0.1/INBOX;MAILINDEX=*;SECTION=HEADER.FIELDS%20(SUBJECT)',
    ];
    return machine.run('curl', words);
  };
  const count = (folder: string) =>
    Number(machine.sh(`(ls /home/${folder}/new 2>/dev/null || true) | wc -l`));
  const arrived = (folder: string, messages: number) => until(() => count(folder) >= messages);

  it('a mailbox sends, receives, and is read over IMAP', async () => {
    for (const username of ['bob', 'eve'])
      works('createacct', `username=${username}`, `domain=${username}.example`, `password=${PASSWORD}`);
    email('bob', 'add_pop', 'email=box', 'domain=bob.example', `password=${PASSWORD}`);
    email('eve', 'add_pop', 'email=e', 'domain=eve.example', `password=${PASSWORD}`);
    expect(submit('box@bob.example', 'box@bob.example', 'e@eve.example')).toMatch(/^250 OK/);
    await arrived('eve/mail/eve.example/e', 1);
    expect(inbox('e@eve.example').stdout).toContain('Subject: test');
    expect(machine.sh('stat -c %U:%a /home/eve/mail/eve.example/e')).toBe('eve:700\n');
    // The account itself, by the password of its user.
    expect(submit('bob', 'info@bob.example', 'eve@eve.example')).toMatch(/^250 OK/);
    await arrived('eve/mail', 1);
    expect(inbox('eve').stdout).toContain('Subject: test');
    expect(inbox('eve', 'wrong').status).toBe(67);
    expect(machine.run('curl', ['-sk', '--user', `root:${PASSWORD}`, 'imaps://127.0.0.1/']).status).toBe(67);
  });

  it('a password is only accepted over TLS, and never on port 25', () => {
    const [stranger = [], submission = [], upgraded = []] = talk(
      { port: 25, lines: ['EHLO there', plain('box@bob.example')] },
      { port: 587, lines: ['EHLO there', plain('box@bob.example'), 'MAIL FROM:<box@bob.example>'] },
      { port: 587, lines: ['EHLO there', 'STARTTLS', 'EHLO there', plain('box@bob.example')] },
    );
    expect(stranger[1]).not.toContain('AUTH');
    expect(stranger[2]).toMatch(/^503/);
    expect(submission[2]).toMatch(/^503/);
    expect(submission[3]).toMatch(/^530/);
    expect(upgraded.at(-1)).toMatch(/^235/);
  });

  it.each([
    ['box@bob.example', 'e@eve.example'],
    ['box@bob.example', 'ceo@world.example'],
    ['bob', 'ceo@world.example'],
    ['bob', 'root@whmapi1-machine'],
    ['bob', 'eve@eve.example'],
  ])('the login %s does not send as %s', (login, from) => {
    expect(submit(login, from, 'e@eve.example')).toMatch(/^550 .*may not send as/);
  });

  it('a login does not write another sender into the header', () => {
    for (const header of [
      'From: ceo@world.example',
      'From: e@eve.example',
      'From: box@bob.example, e@eve.example',
      'From: box@bob.example\r\nFrom: e@eve.example',
      'From : ceo@world.example',
      'From: box@bob.example\r\nFrom : ceo@world.example',
      'From\t: ceo@world.example\r\nFrom: box@bob.example',
      `From: ${'x'.repeat(9000)} <box@bob.example>`,
      'From: =?utf-8?q?box=40bob.example=28?= <ceo@world.example> =?utf-8?q?=29?=',
    ])
      expect([
        header,
        submit('box@bob.example', 'box@bob.example', 'e@eve.example', `${header}\r\nSubject: x\r\n\r\nText`),
      ]).toEqual([header, expect.stringMatching(/^550/)]);
  });

  it('a stranger’s header “From” is one, and has an address', () => {
    for (const header of [
      'From: ann@world.example\r\nFrom : ceo@eve.example',
      'From\t: ceo@eve.example',
      'From: ann@world.example\r\nFrom: ceo@eve.example',
      'From: =?utf-8?q?ceo=40eve.example?=',
    ]) {
      const text = `${header}\r\nSubject: x\r\n\r\nText\r\n.`;
      const lines = ['EHLO there', 'MAIL FROM:<ann@world.example>', 'RCPT TO:<e@eve.example>', 'DATA', text];
      expect([header, talk({ port: 25, lines })[0]?.at(-1)]).toEqual([header, expect.stringMatching(/^550/)]);
    }
  });

  it('a stranger’s forged results do not pass behind more headers than Exim’s rules see', async () => {
    const forged = 'whmapi1-machine; dmarc=pass header.from=bank.example';
    const others = (kilobytes: number) => `X-Any: ${'x'.repeat(991)}\r\n`.repeat(kilobytes);
    const send = (kilobytes: number, header: string) => {
      const text = `From: ann@world.example\r\nSubject: forged\r\n${others(kilobytes)}${header}\r\n\r\nText\r\n.`;
      const lines = ['EHLO there', 'MAIL FROM:<ann@world.example>', 'RCPT TO:<e@eve.example>', 'DATA', text];
      return talk({ port: 25, lines })[0]?.at(-1);
    };
    const before = count('eve/mail/eve.example/e');
    for (const name of ['Authentication-Results:', 'Authentication-Results :', 'authentication-results\t:'])
      expect([0, 50, 64, 66, 73, 500].map((size) => send(size, `${name} ${forged}`)?.slice(0, 3))).toEqual([
        ...['250', '250', '552', '552', '552', '552'],
      ]);
    expect(send(66, 'From : ceo@eve.example')).toMatch(/^55/);
    await arrived('eve/mail/eve.example/e', before + 6);
    expect(machine.sh(`grep -rlF '${forged}' /home/eve/mail/eve.example/e || true`)).toBe('');
    machine.sh("grep -rlxF 'Subject: forged' /home/eve/mail/eve.example/e/new | xargs rm");
  });

  it('headers of a megabyte cost a stranger’s session little memory', async () => {
    interface Cost {
      readonly name: string;
      readonly way: string;
      readonly reply: string;
      readonly kib: number;
    }
    const headers = ['From', 'To', 'Subject', 'Authentication-Results', 'Received', 'Reply-To', 'X-Any'];
    const ways = ['one word', 'words', 'addresses', 'many headers', 'few addresses'];
    const messages = [
      ...headers.flatMap((header) => ways.map((way) => [header, way])),
      ['DKIM-Signature', 'signatures'],
    ];
    email('eve', 'add_forwarder', 'domain=eve.example', 'email=hole', 'fwdopt=blackhole');
    const { stdout } = machine.run('node', [ATTACK], { input: JSON.stringify(messages) });
    const costs = JSON.parse(stdout) as Cost[];
    expect(costs).toHaveLength(messages.length);
    // Exim’s child has 14 MiB without them.
    expect(costs.filter(({ kib }) => kib < 8 * 1024 || kib > 40 * 1024)).toEqual([]);
    expect(costs.filter(({ name, reply }) => name === 'From' && !reply.startsWith('55'))).toEqual([]);
    // Those with too many headers “Received” stay, because they have no sender.
    await until(() => {
      machine.sh("exim4 -bpr | awk '$3 ~ /-/ {print $3}' | xargs -r exim4 -Mrm >/dev/null 2>&1 || true");
      return machine.sh('exim4 -bpc').trim() === '0';
    });
  });

  it('nobody’s mail is relayed', () => {
    const host = 'whmapi1-machine';
    const recipients = [
      'v@world.example',
      ...[`v%world.example@${host}`, 'v%world.example@bob.example', 'v%world.example@[127.0.0.1]'],
      ...[
        '"v@world.example"',
        '"v@world.example"@bob.example',
        '"v%world.example"',
        'v@world.example@bob.example',
      ],
      ...['v@world.example@[127.0.0.1]', '@bob.example:v@world.example', '@[127.0.0.1]:v@world.example'],
      ...['@a.example,@b.example:v@world.example', 'world.example!v', 'world.example!v@bob.example'],
      ...['world.example!v@[127.0.0.1]', 'v%world.example', 'v%world.example%bob.example'],
      ...[
        'v@world.example%bob.example@bob.example',
        '"v"@world.example',
        'V@WORLD.EXAMPLE',
        'v@world.example.',
      ],
      ...['v@[192.0.2.9]', 'v@[IPv6:::1]', '|id@bob.example', '"|id"@bob.example', '/tmp/x@bob.example'],
      ...['":include:/etc/passwd"@bob.example', '../eve.example/e@bob.example', 'e@../aliases/eve.example'],
      ...['box@sub.bob.example', 'box@notbob.example', '*@bob.example.world.example', '@bob.example', '*@'],
    ];
    const senders = [
      'ann@world.example',
      '',
      'box@bob.example',
      `postmaster@${host}`,
      'root@localhost',
      'root',
    ];
    const hosts = ['127.0.0.1', machine.sh("hostname -I | cut -d' ' -f1 | grep . || echo 127.0.0.2").trim()];
    const sessions = hosts.flatMap((address) =>
      senders.flatMap((sender) =>
        recipients.map((recipient): Session => ({
          ...{ host: address, port: 25 },
          lines: ['EHLO there', `MAIL FROM:<${sender}>`, `RCPT TO:<${recipient}>`],
        })),
      ),
    );
    const accepted = talk(...sessions)
      .map((replies, at) => [sessions[at]?.lines.slice(1).join(' '), replies.at(-1)] as const)
      .filter(([, reply]) => reply?.startsWith('2'));
    // The account gets all mail for addresses of its domain that do not exist: with this default, they are accepted.
    expect(accepted.filter(([line]) => !/RCPT TO:<[^@%!|/":]*@bob\.example>$/.test(line ?? ''))).toEqual([]);
    expect(machine.sh('exim4 -bpc').trim()).toBe('0');
  });

  it('a suspension acts at once: no logins, no mail out, and mail that arrives is kept', async () => {
    works('suspendacct', 'user=bob');
    expect(submit('box@bob.example', 'box@bob.example', 'e@eve.example')).toMatch(/^535/);
    expect(submit('bob', 'info@bob.example', 'e@eve.example')).toMatch(/^535/);
    expect(inbox('box@bob.example').status).toBe(67);
    const before = count('bob/mail/bob.example/box');
    expect(deliver('box@bob.example')).toMatch(/^250 OK/);
    await arrived('bob/mail/bob.example/box', before + 1);
    works('unsuspendacct', 'user=bob');
    expect(inbox('box@bob.example').stdout).toContain('Subject: test');
    email('bob', 'suspend_login', 'email=box@bob.example');
    expect(submit('box@bob.example', 'box@bob.example', 'e@eve.example')).toMatch(/^535/);
    email('bob', 'unsuspend_login', 'email=box@bob.example');
    email('bob', 'suspend_incoming', 'email=box@bob.example');
    expect(deliver('box@bob.example')).toMatch(/^550 .*suspended/);
    email('bob', 'unsuspend_incoming', 'email=box@bob.example');
    email('bob', 'passwd_pop', 'email=box@bob.example', `password=${PASSWORD} new`);
    expect(inbox('box@bob.example').status).toBe(67);
    expect(inbox('box@bob.example', `${PASSWORD} new`).status).toBe(0);
    email('bob', 'passwd_pop', 'email=box@bob.example', `password=${PASSWORD}`);
  });

  it('a mailbox brings its password as a hash, also one of MD5', () => {
    const hash = machine.sh(`perl -e 'print crypt($ARGV[0], q($1$saltsalt))' '${PASSWORD}'`);
    email('bob', 'add_pop', 'email=moved', 'domain=bob.example', `password_hash=${hash}`);
    // 67: the login is denied. 78: there is no message.
    expect([inbox('moved@bob.example').status, inbox('moved@bob.example', 'other').status]).toEqual([78, 67]);
    email('bob', 'delete_pop', 'email=moved', 'domain=bob.example');
  });

  it('a full mailbox refuses mail', async () => {
    email('bob', 'edit_pop_quota', 'email=box', 'domain=bob.example', 'quota=1');
    const before = count('bob/mail/bob.example/box');
    const large = `From: <ann@world.example>\r\nSubject: large\r\n\r\n${`${'x'.repeat(990)}\r\n`.repeat(1200)}.`;
    const lines = ['EHLO there', 'MAIL FROM:<e@eve.example>', 'RCPT TO:<box@bob.example>', 'DATA', large];
    talk({ port: 25, lines });
    await until(() => machine.sh('exim4 -bpc').trim() === '0');
    expect(count('bob/mail/bob.example/box')).toBe(before);
    expect(machine.sh('grep -c "Quota exceeded" /var/log/exim4/mainlog || true').trim()).not.toBe('0');
    // The sender is told while it is connected, if the size is known or nothing fits any more.
    const asked = (from: string, to = 'box@bob.example') =>
      talk({ port: 25, lines: ['EHLO there', `MAIL FROM:${from}`, `RCPT TO:<${to}>`] })[0]?.at(-1);
    const sized = '<e@eve.example> SIZE=2000000';
    for (const to of ['box@bob.example', 'Box+x@bob.example'])
      expect(asked(sized, to)).toMatch(/^552 5\.2\.2/);
    expect(asked('<e@eve.example>')).toMatch(/^250/);
    expect(asked(sized, 'e@eve.example')).toMatch(/^250/);
    const box = '/home/bob/mail/bob.example/box';
    machine.sh(
      `head -c 1100000 /dev/zero | runuser -u bob -- tee ${box}/cur/1.full:2,S >/dev/null; rm -f ${box}/maildirsize`,
    );
    expect(asked('<>')).toMatch(/^552 5\.2\.2/);
    // Each question is a process of Dovecot: a stranger can have it asked once for each mailbox and message.
    const questions = () =>
      Number(/^process_total: (\d+)$/m.exec(machine.sh('doveadm service status quota-status'))?.[1]);
    const repeated = (...to: string[]) => {
      const earlier = questions();
      const recipients = Array.from({ length: 100 }, (_, at) => `RCPT TO:<${to[at % to.length]}>`);
      const replies = talk({ port: 25, lines: ['EHLO there', 'MAIL FROM:<>', ...recipients] })[0]?.slice(3);
      return {
        questions: questions() - earlier,
        replies: new Set(replies?.map((reply) => reply.slice(0, 3))),
      };
    };
    expect(repeated('e@eve.example')).toEqual({ questions: 1, replies: new Set(['250']) });
    expect(repeated('box@bob.example', 'Box+x@bob.example')).toEqual({
      ...{ questions: 1, replies: new Set(['552', '550', 'clo']) },
    });
    machine.sh(`rm -f ${box}/cur/1.full:2,S ${box}/maildirsize`);
    email('bob', 'edit_pop_quota', 'email=box', 'domain=bob.example', 'quota=0');
  });

  it('a mailbox that is nearly full is warned once at each level, whoever fills it', async () => {
    email('bob', 'add_pop', 'email=near', 'domain=bob.example', `password=${PASSWORD}`, 'quota=1');
    const box = '/home/bob/mail/bob.example/near';
    const size = (kibibytes: number) => `${'x'.repeat(1022)}\r\n`.repeat(kibibytes);
    const warnings = () =>
      machine.sh(`grep -rhs '^Subject: The mailbox' ${box} || true`).split('\n').filter(Boolean).toSorted();
    const settled = () => until(() => machine.sh('exim4 -bpc').trim() === '0');
    const receive = async (kibibytes: number) => {
      const text = `From: <ann@world.example>\r\nSubject: x\r\n\r\n${size(kibibytes)}.`;
      const lines = ['EHLO there', 'MAIL FROM:<e@eve.example>', 'RCPT TO:<near@bob.example>', 'DATA', text];
      expect(talk({ port: 25, lines })[0]?.at(-1)).toMatch(/^250 OK/);
      await settled();
    };
    const at = (percent: number) =>
      `Subject: The mailbox near@bob.example has used ${percent} % of its quota`;
    await receive(700);
    expect(warnings()).toEqual([]);
    await receive(140);
    await until(() => warnings().length === 1);
    expect(warnings()).toEqual([at(80)]);
    const [log = ''] = machine
      .sh('grep "<= <> .* P=local-sieve" /var/log/exim4/mainlog | tail -n 1')
      .split('\n');
    expect(log).toContain(' U=bob ');
    const text = machine.sh(`grep -lr '^Auto-Submitted: auto-generated' ${box} | xargs cat`);
    expect(text).toMatch(/^From: <near@bob\.example>$/m);
    await receive(20);
    // A session of the mailbox itself reaches the next level.
    writeFileSync(machine.path('/root/large.eml'), `Subject: mine\r\n\r\n${size(130)}`);
    const words = [
      '-sk',
      '--max-time',
      '20',
      '--user',
      `near@bob.example:${PASSWORD}`,
      '-T',
      '/root/large.eml',
    ];
    expect(machine.run('curl', [...words, 'imaps://127.0.0.1/INBOX']).status).toBe(0);
    await until(() => warnings().length === 2);
    await settled();
    expect(warnings()).toEqual([at(80), at(95)]);
    // Nobody warns of a mailbox without a limit.
    const before = machine.sh('grep -c "<= <> .*U=bob " /var/log/exim4/mainlog || true');
    expect(deliver('box@bob.example')).toMatch(/^250 OK/);
    await settled();
    expect(machine.sh('grep -c "<= <> .*U=bob " /var/log/exim4/mainlog || true')).toBe(before);
    email('bob', 'delete_pop', 'email=near', 'domain=bob.example');
  });

  it('mail for an account without disk space is refused, and not what it forwards', () => {
    // What a task writes where limits of disk space are enforced, as they are not here.
    email('bob', 'add_forwarder', 'domain=bob.example', 'email=away', 'fwdopt=fwd', 'fwdemail=e@eve.example');
    const asked = (to: string, size = '') =>
      talk({ port: 25, lines: ['EHLO there', `MAIL FROM:<>${size}`, `RCPT TO:<${to}>`] })[0]
        ?.at(-1)
        ?.slice(0, 9);
    const to = ['box@bob.example', 'bob@whmapi1-machine', 'away@bob.example', 'e@eve.example'];
    const replies = (line: string, size?: string) => {
      machine.sh(`printf '${line}' >${LOOKUPS}/room; chown root:Debian-exim ${LOOKUPS}/room`);
      return to.map((one) => asked(one, size));
    };
    // The task can empty the file before the question, but not twice.
    const twice = (line: string, size?: string) => [replies(line, size), replies(line, size)];
    const [yes, no] = ['250 Accep', '552 5.2.2'];
    expect(twice('bob: 1000\\n')).toContainEqual([yes, yes, yes, yes]);
    expect(twice('bob: 1000\\n', ' SIZE=2000000')).toContainEqual([no, no, yes, yes]);
    expect(twice('bob: 0\\n')).toContainEqual([no, no, yes, yes]);
    expect(twice('', ' SIZE=2000000')).toContainEqual([yes, yes, yes, yes]);
    email('bob', 'delete_forwarder', 'address=away@bob.example', 'forwarder=e@eve.example');
  });

  it('a message has 500 recipients at most, and who guesses addresses is cut off', () => {
    const begin = ['EHLO there', 'MAIL FROM:<ann@world.example>'];
    const many = Array.from({ length: 501 }, (_, at) => `RCPT TO:<box+${at}@bob.example>`);
    const guesses = Array.from({ length: 20 }, (_, at) => `RCPT TO:<nobody${at}@whmapi1-machine>`);
    const [all = [], guessed = []] = talk(
      { port: 25, lines: [...begin, ...many, 'DATA'] },
      { port: 25, lines: [...begin, ...guesses] },
    );
    expect(all.slice(3).filter((reply) => reply.startsWith('250')).length).toBe(500);
    expect(all.at(-2)).toMatch(/^55[02]/);
    expect(all.at(-1)).toMatch(/^55/);
    expect(guessed.slice(-2)).toEqual([expect.stringContaining('Too many unknown recipients'), 'closed']);
    expect(guessed.length).toBe(16);
  });

  it('a loop of forwarders ends, and its sender is told', async () => {
    const forward = (user: string, name: string, to: string) =>
      email(user, 'add_forwarder', `domain=${user}.example`, `email=${name}`, 'fwdopt=fwd', `fwdemail=${to}`);
    forward('bob', 'round', 'about@eve.example');
    forward('eve', 'about', 'round@bob.example');
    const folders = ['eve/mail', 'eve/mail/eve.example/e', 'bob/mail', 'bob/mail/bob.example/box'];
    const all = () => folders.map(count).reduce((sum, one) => sum + one, 0);
    const before = all();
    expect(deliver('round@bob.example', 'e@eve.example')).toMatch(/^250/);
    await until(() => machine.sh('exim4 -bpc').trim() === '0');
    // The second account has it.
    expect(all()).toBe(before + 1);
  });

  describe('with another mail server', () => {
    const received = () => machine.sh('ls /var/spool/world/input 2>/dev/null | grep -c -- -H || true').trim();

    beforeAll(async () => {
      writeFileSync(
        machine.path('/root/world.conf'),
        `primary_hostname = mx.world.example
spool_directory = /var/spool/world
log_file_path = /var/spool/world/%slog
daemon_smtp_ports = 2525
local_interfaces = 127.0.0.1
queue_only = true
acl_smtp_rcpt = take
acl_smtp_data = check
acl_smtp_dkim = signed
begin acl
take:
  accept
signed:
  warn logwrite = DKIM $dkim_verify_status d=$dkim_cur_signer
  accept
check:
  warn condition = \${if match{$recipients}{slow}}
       delay = 5s
  accept
begin routers
sink:
  driver = redirect
  data = :blackhole:
`,
      );
      machine.sh(`
        mkdir -p /var/spool/world && chown Debian-exim:Debian-exim /var/spool/world
        printf 'host: 127.0.0.1::2525\\n' >${LOOKUPS}/redirects/world.example
        chown root:Debian-exim ${LOOKUPS}/redirects/world.example
        chmod 640 ${LOOKUPS}/redirects/world.example
        systemd-run --unit=world exim4 -C /root/world.conf -bdf`);
      await until(() => machine.sh('ss -Hltn sport = :2525').trim() !== '');
    });

    it('an account sends to it, and forwarded mail has a sender of this server', async () => {
      expect(submit('box@bob.example', 'box@bob.example', 'v@world.example')).toMatch(/^250 OK/);
      await until(() => received() === '1');
      expect(machine.sh('cat /var/spool/world/input/*-H')).toContain('<box@bob.example>');
      email(
        'bob',
        'add_forwarder',
        'domain=bob.example',
        'email=away',
        'fwdopt=fwd',
        'fwdemail=v@world.example',
      );
      expect(deliver('away@bob.example', 'ann@world.example')).toMatch(/^250 OK/);
      await until(() => received() === '2');
      const [sender = ''] =
        /SRS0=.*@whmapi1-machine/i.exec(machine.sh('cat /var/spool/world/input/*-H')) ?? [];
      expect(sender).not.toBe('');
      // It leads bounces to ann@world.example, but is no relay to her.
      const lines = ['EHLO there', 'MAIL FROM:<>', ...Array<string>(11).fill(`RCPT TO:<${sender}>`)];
      const answers = talk({ port: 25, lines })[0]?.slice(-11) ?? [];
      expect(answers).toEqual([
        ...Array<unknown>(10).fill(expect.stringMatching(/^250 /)),
        '550 5.7.1 Too many bounces for this address.',
      ]);
    });

    it('a program that writes the domain of another account has a sender of this server', async () => {
      for (const from of ['e@eve.example', 'info@bob.example']) {
        const before = Number(received());
        machine.run('runuser', ['-u', 'bob', '--', '/usr/sbin/sendmail', '-f', from, 'v@world.example'], {
          input: `From: ${from}\nSubject: by a program\n\nText\n`,
        });
        await until(() => Number(received()) === before + 1);
      }
      // In these files, the sender has a line of its own.
      const headers = machine.sh('cat /var/spool/world/input/*-H');
      expect(headers).toMatch(/^<info@bob\.example>$/m);
      expect(headers).not.toMatch(/^<e@eve\.example>$/m);
      expect(headers).toMatch(/^<SRS0=.*=eve\.example=e@whmapi1-machine>$/im);
    });

    it('verifies the signature (DKIM) with the record that a new account has in its zone', async () => {
      await until(() => machine.sh(`ls ${LOOKUPS}/dkim`).includes('bob.example'));
      // The nameserver of this machine has the zone.
      machine.sh("cat /etc/resolv.conf >/root/resolv.conf; echo 'nameserver 127.0.0.1' >/etc/resolv.conf");
      expect(submit('box@bob.example', 'box@bob.example', 'v@world.example')).toMatch(/^250 OK/);
      await until(() => machine.sh('cat /var/spool/world/mainlog').includes('DKIM pass d=bob.example'));
      machine.sh('cat /root/resolv.conf >/etc/resolv.conf');
    });

    describe('a script of a mailbox', () => {
      const folder = '/home/bob/etc/bob.example/box';
      const write = (script: string) =>
        machine.sh(
          `runuser -u bob -- mkdir -p ${folder}
           printf '%s' ${JSON.stringify(script).replaceAll('$', '\\$')} | runuser -u bob -- tee ${folder}/.dovecot.sieve >/dev/null`,
        );
      const list = () =>
        machine
          .sh('ls /var/spool/world/input')
          .split('\n')
          .filter((one) => one.endsWith('-H'));
      /** The envelope and the headers that the other server gets, once all mail is delivered. */
      const sentBy = async (act: () => void): Promise<string[]> => {
        const before = new Set(list());
        act();
        await until(() => machine.sh('exim4 -bpc').trim() === '0');
        return list()
          .filter((name) => !before.has(name))
          .map((name) => machine.sh(`cat /var/spool/world/input/${name}`));
      };
      const fromWorld = (header: string) => {
        const text = `${header}\r\nTo: box@bob.example\r\nSubject: x\r\n\r\nText\r\n.`;
        const lines = [
          'EHLO there',
          'MAIL FROM:<ann@world.example>',
          'RCPT TO:<box@bob.example>',
          'DATA',
          text,
        ];
        expect(talk({ port: 25, lines })[0]?.at(-1)).toMatch(/^250 OK/);
      };
      const notify = `require ["enotify"]; notify :from "e@eve.example" :message "x" "mailto:v@world.example?body=hello";`;
      const REWRITTEN = /^<SRS0=[^>]*@whmapi1-machine>$/im;

      beforeAll(() => until(() => /bob[^]*eve/.test(machine.sh(`ls ${LOOKUPS}/dkim`))));
      afterAll(() => machine.sh(`rm -rf ${folder}/.dovecot.*`));

      it.each([
        ['notify', notify],
        ['vacation', 'require ["vacation"]; vacation :days 1 :from "ceo@eve.example" "away";'],
      ])('%s does not write as another account', async (_name, script) => {
        write(script);
        const [sent = '', ...more] = await sentBy(() => fromWorld('From: ann@world.example'));
        expect(more).toEqual([]);
        expect(sent).toMatch(/^\d+F From: .*@eve\.example/m);
        expect(sent).not.toContain('DKIM-Signature:');
        expect(sent).not.toMatch(/^<.*@eve\.example>$/m);
        expect(machine.sh('grep "<= .* P=local-sieve" /var/log/exim4/mainlog | tail -n 1')).toContain(
          ' U=bob ',
        );
      });

      it('redirect does not sign what a stranger wrote in the name of the account', async () => {
        write('redirect "v@world.example";');
        for (const header of [
          'From: box@bob.example',
          'Authentication-Results: whmapi1-machine; auth=pass\r\nFrom: box@bob.example',
          'Authentication-Results : whmapi1-machine; auth=pass\r\nFrom: box@bob.example',
        ]) {
          const [sent = ''] = await sentBy(() => fromWorld(header));
          expect([header, sent]).toEqual([header, expect.stringMatching(REWRITTEN)]);
          expect(sent).not.toContain('DKIM-Signature:');
          expect(sent).not.toContain('auth=pass');
        }
        const forge = (user: string) => () =>
          machine.run('runuser', ['-u', user, '--', '/usr/sbin/sendmail', '-t'], {
            input:
              'From: shop@bob.example\nAuthentication-Results: whmapi1-machine; auth=pass\nTo: box@bob.example\n\nText\n',
          });
        const [forged = ''] = await sentBy(forge('eve'));
        expect(forged).toMatch(REWRITTEN);
        expect(forged).not.toContain('DKIM-Signature:');
        // What a program, or a mailbox, of the account itself wrote passes on as it is.
        for (const act of [forge('bob'), () => submit('bob', 'info@bob.example', 'box@bob.example')]) {
          const [own = ''] = await sentBy(act);
          expect(own).toMatch(/^<box@bob\.example>$/m);
          expect(own).toContain('d=bob.example');
        }
      });

      it('replies and rejections of the mailbox itself are signed', async () => {
        for (const script of [
          'require ["vacation"]; vacation :days 1 "away";',
          'require ["reject"]; reject "no";',
        ]) {
          write(script);
          // A reply to each sender is enough for a day.
          machine.sh(`rm -f ${folder}/.dovecot.lda-dupes`);
          const [sent = ''] = await sentBy(() => fromWorld('From: ann@world.example'));
          expect([script, sent]).toEqual([script, expect.stringContaining('d=bob.example')]);
        }
      });

      it('limits, holds and suspensions of its account and mailbox hold for it, and the records name the account', async () => {
        write(notify);
        const act = () => fromWorld('From: ann@world.example');
        works('suspend_outgoing_email', 'user=bob');
        expect(await sentBy(act)).toEqual([]);
        works('unsuspend_outgoing_email', 'user=bob');
        email('bob', 'suspend_outgoing', 'email=box@bob.example');
        expect(await sentBy(act)).toEqual([]);
        email('bob', 'unsuspend_outgoing', 'email=box@bob.example');
        email('bob', 'hold_outgoing', 'email=box@bob.example');
        expect(await sentBy(act)).toEqual([]);
        expect(email('bob', 'get_held_message_count', 'email=box@bob.example')).toBe(1);
        expect(email('bob', 'delete_held_messages', 'email=box@bob.example')).toBe(1);
        email('bob', 'release_outgoing', 'email=box@bob.example');
        works('modifyacct', 'user=bob', 'MAX_EMAIL_PER_HOUR=1');
        await sentBy(act);
        expect(await sentBy(act)).toEqual([]);
        works('modifyacct', 'user=bob', 'MAX_EMAIL_PER_HOUR=unlimited');
        const { stdout } = machine.run('whmapi1', [
          ...['--output=json', 'emailtrack_search', 'success=1', 'api.filter.enable=1'],
          ...['api.filter.a.field=sender', 'api.filter.a.type=eq', 'api.filter.a.arg0=e@eve.example'],
          ...['api.filter.b.field=recipient', 'api.filter.b.type=eq', 'api.filter.b.arg0=v@world.example'],
        ]);
        const { data } = JSON.parse(stdout) as { data: { records: { user: string }[] } };
        expect(new Set(data.records.map(({ user }) => user))).toEqual(new Set(['bob']));
      });
    });

    it('nobody gets a report of mail that a program could not send', async () => {
      works('suspend_outgoing_email', 'user=eve');
      const before = received();
      for (const to of ['v@world.example', '<>>']) {
        const words = ['-u', 'eve', '--', '/usr/sbin/sendmail', '-f', 'victim@world.example', '-t'];
        const input = `To: ${to}\nSubject: x\n\nText\n`;
        expect(machine.run('runuser', words, { input }).status).toBe(1);
      }
      await until(() => machine.sh('exim4 -bpc').trim() === '0');
      expect(received()).toBe(before);
      works('unsuspend_outgoing_email', 'user=eve');
      // Exim has noted the second one there.
      machine.sh("sed -i '/bad addresses found in headers/d' /var/log/exim4/paniclog");
    });

    it('a program does not see where forwarders of another account lead', async () => {
      const forward = ['domain=bob.example', 'email=hidden', 'fwdopt=fwd', 'fwdemail=secret@world.example'];
      email('bob', 'add_forwarder', ...forward);
      const run = (words: readonly string[], input = '') => {
        const { stdout, stderr } = machine.run('runuser', ['-u', 'eve', '--', '/usr/sbin/exim4', ...words], {
          input,
        });
        return `${stdout}${stderr}`;
      };
      const session = 'EHLO x\nMAIL FROM:<eve@eve.example>\nRCPT TO:<hidden@bob.example>\n';
      const message = 'Subject: x\n\nText\n';
      const lookup = '${lookup{hidden}lsearch{/etc/exim4/whmapi1/aliases/bob.example}}';
      for (const [words, input] of [
        ...['-bt', '-bv', '-bvs', '-brt', '-brw'].map(
          (option) => [[option, 'hidden@bob.example'], ''] as const,
        ),
        [['-be', lookup], ''],
        [['-bh', '192.0.2.9'], `${session}VRFY hidden@bob.example\nEXPN hidden@bob.example\nQUIT\n`],
        [['-bs'], `${session}VRFY hidden@bob.example\nEXPN hidden@bob.example\nQUIT\n`],
        [['-v', '-odi', 'hidden@bob.example'], message],
        [['-N', '-v', '-odi', 'hidden@bob.example'], message],
        [['-ov', '-odi', 'hidden@bob.example'], message],
        [['-v', '-bs'], `${session}DATA\n${message}.\nQUIT\n`],
        [['-ov', '-bs'], `${session}DATA\n${message}.\nQUIT\n`],
        [['-v', '-bS'], `${session.replace('EHLO x\n', '')}DATA\n${message}.\n`],
      ] as const)
        expect([words, run(words, input)]).toEqual([words, expect.not.stringContaining('secret@')]);
      // Those messages are in the queue, and leave with its next run.
      const waiting = () => machine.sh('exim4 -bp').includes('hidden@bob.example');
      expect(waiting()).toBe(true);
      machine.sh('exim4 -qff');
      await until(() => !waiting());
      // Exim cannot pass on a line that is too long: the reply to the sender names the forwarder only.
      const replies = () =>
        machine.sh('grep -rIl "Mail Delivery System" /home/eve/mail 2>/dev/null || true').split('\n');
      const earlier = new Set(replies());
      run(['-odi', 'hidden@bob.example'], `Subject: x\n\n${'x'.repeat(1500)}\n`);
      await until(() => replies().some((path) => !earlier.has(path)));
      const [reply = ''] = replies().filter((path) => path !== '' && !earlier.has(path));
      const text = machine.sh(`cat '${reply}'`);
      expect(text).toContain('hidden@bob.example');
      expect(text).not.toContain('secret@');
    });

    it('mail of an account is held, and delivered when it is released', async () => {
      const before = Number(received());
      // This one waits in the ordinary queue when the account is held.
      const words = [
        '-u',
        'bob',
        '--',
        '/usr/sbin/sendmail',
        '-odq',
        '-f',
        'box@bob.example',
        'v0@world.example',
      ];
      machine.run('runuser', words, { input: 'Subject: queued\n\nText\n' });
      works('hold_outgoing_email', 'user=bob');
      for (const number of [1, 2])
        expect(submit('box@bob.example', 'box@bob.example', `v${number}@world.example`)).toMatch(/^250 OK/);
      const program = (flags: readonly string[], input: string) =>
        machine.run('runuser', ['-u', 'bob', '--', '/usr/sbin/sendmail', ...flags], { input });
      program(['v3@world.example'], 'Subject: program\n\nText\n');
      const session = [
        'MAIL FROM:<bob@bob.example>',
        'RCPT TO:<v4@world.example>',
        'DATA',
        'Subject: s',
        '',
        '.',
      ];
      program(['-bs'], ['EHLO there', ...session, 'QUIT', ''].join('\r\n'));
      expect(submit('e@eve.example', 'e@eve.example', 'v@world.example')).toMatch(/^250 OK/);
      await until(() => received() === String(before + 1));
      machine.sh('exim4 -qff');
      expect(received()).toBe(String(before + 1));
      works('release_outgoing_email', 'user=bob');
      await until(() => received() === String(before + 6));
      email('bob', 'hold_outgoing', 'email=box@bob.example');
      submit('box@bob.example', 'box@bob.example', 'v@world.example');
      expect(submit('bob', 'info@bob.example', 'v@world.example')).toMatch(/^250 OK/);
      await until(() => received() === String(before + 7));
      expect(email('bob', 'get_held_message_count', 'email=box@bob.example')).toBe(1);
      expect(email('bob', 'delete_held_messages', 'email=box@bob.example')).toBe(1);
      expect(email('bob', 'get_held_message_count')).toBe(0);
      submit('box@bob.example', 'box@bob.example', 'v@world.example');
      email('bob', 'release_outgoing', 'email=box@bob.example');
      await until(() => received() === String(before + 8));
      works('suspend_outgoing_email', 'user=bob');
      expect(submit('box@bob.example', 'box@bob.example', 'v@world.example')).toMatch(/^550 .*suspended/);
      works('unsuspend_outgoing_email', 'user=bob');
    });

    it('a delivery ends while Exim is restarted, and is made once', async () => {
      const before = Number(received());
      expect(submit('box@bob.example', 'box@bob.example', 'slow@world.example')).toMatch(/^250 OK/);
      await until(() => machine.sh('ss -Hnt state established dport = :2525').trim() !== '');
      machine.sh('systemctl restart exim4');
      await until(() => machine.sh('grep -c "=> slow@" /var/log/exim4/mainlog || true').trim() === '1');
      machine.sh('exim4 -qff');
      expect(received()).toBe(String(before + 1));
    });

    it('a message is held whose transfer begins before the release, and ends after it', async () => {
      const names = () => machine.sh('ls /var/spool/exim4/held-bob/input');
      works('hold_outgoing_email', 'user=bob');
      // Exim reads in blocks.
      machine.sh(`{ (printf 'Subject: late\\n\\n'; printf 'text\\n%.0s' {1..5000}; until [ -e /root/end-late ]; do sleep 0.1; done) |
        runuser -u bob -- /usr/sbin/sendmail late@world.example; } >/dev/null 2>&1 & disown`);
      await until(() => names().includes('-D'));
      works('release_outgoing_email', 'user=bob');
      machine.sh('touch /root/end-late');
      await until(() => names().includes('-H'));
    });

    it('the mails of an hour are limited, those of programs too, and another account does not notice', () => {
      works('modifyacct', 'user=eve', 'MAX_EMAIL_PER_HOUR=3');
      const answers = [1, 2, 3, 4].map(() => submit('e@eve.example', 'e@eve.example', 'v@world.example'));
      expect(answers.map((reply) => reply.slice(0, 3))).toContain('451');
      expect(answers[0]).toMatch(/^250/);
      expect(submit('box@bob.example', 'box@bob.example', 'v@world.example')).toMatch(/^250 OK/);
      const local = [1, 2, 3, 4, 5].map(
        () =>
          machine.run('runuser', ['-u', 'eve', '--', '/usr/sbin/sendmail', 'v@world.example'], {
            input: 'Subject: local\n\nText\n',
          }).status,
      );
      expect(local[0]).toBe(0);
      expect(local.at(-1)).not.toBe(0);
      works('modifyacct', 'user=eve', 'MAX_EMAIL_PER_HOUR=unlimited');
    });

    it('a tweak setting limits accounts that have no limit of their own', async () => {
      works('modifyacct', 'user=eve', 'MAX_EMAIL_PER_HOUR=1000');
      await setting('maxemailsperhour', '2', 'limit: 2');
      const send = (login: string) => submit(login, login, 'v@world.example').slice(0, 3);
      expect(['box@bob.example', 'box@bob.example', 'box@bob.example'].map(send)).toEqual([
        '250',
        '250',
        '451',
      ]);
      expect(send('e@eve.example')).toBe('250');
      await setting('maxemailsperhour', '', 'limit:');
      expect(send('box@bob.example')).toBe('250');
      works('modifyacct', 'user=eve', 'MAX_EMAIL_PER_HOUR=unlimited');
    });

    it('a domain cannot send after too large a share of its mails has failed', async () => {
      await setting('email_send_limits_min_defer_fail_to_trigger_protection', '2', 'min-failures: 2');
      await setting('email_send_limits_max_defer_fail_percentage', '30', 'failures: 30');
      const failures = () =>
        Number(machine.sh("grep -c '\\*\\* gone@whmapi1-machine' /var/log/exim4/mainlog || true"));
      const send = (to: string) => submit('box@bob.example', 'box@bob.example', to).slice(0, 3);
      for (let number = 1; number <= 6; number++) expect(send('v@world.example')).toBe('250');
      for (let number = 1; number <= 2; number++) expect(send('gone@whmapi1-machine')).toBe('250');
      await until(() => failures() === 2);
      // Two of eight.
      expect(send('v@world.example')).toBe('250');
      // Some more: at the latest, six of thirteen.
      let failed = 2;
      while (failed < 6 && send('gone@whmapi1-machine') === '250') failed += 1;
      await until(() => failures() === failed);
      expect(failed).toBeGreaterThan(2);
      expect(send('v@world.example')).toBe('451');
      expect(submit('e@eve.example', 'e@eve.example', 'v@world.example')).toMatch(/^250/);
      await setting('email_send_limits_max_defer_fail_percentage', '', 'failures:');
      expect(send('v@world.example')).toBe('250');
    });

    it('Exim runs its queue as often as a tweak setting says', async () => {
      const words = () =>
        machine.sh('tr "\\0" " " < /proc/$(systemctl show --property MainPID --value exim4)/cmdline || true');
      expect(words()).toContain(' -q5m');
      works('set_tweaksetting', 'key=exim-retrytime', 'value=1');
      await until(() => words().includes(' -q1m'));
      works('set_tweaksetting', 'key=exim-retrytime', 'value=5');
      await until(() => words().includes(' -q5m'));
    });

    it('the user of the web server sends to no other server, unless a tweak setting allows it', async () => {
      const send = () =>
        machine.run('runuser', ['-u', 'www-data', '--', '/usr/sbin/sendmail', 'v@world.example'], {
          input: 'Subject: of nobody\n\nText\n',
        });
      const arrivedThere = () =>
        Number(machine.sh("cat /var/spool/world/input/*-H | grep -c 'Subject: of nobody' || true"));
      send();
      await until(() =>
        machine
          .sh('cat /var/log/exim4/mainlog')
          .includes('the user www-data may not send mail to other servers'),
      );
      expect(arrivedThere()).toBe(0);
      await setting('nobodyspam', '0', 'nobody-off: 0');
      send();
      await until(() => arrivedThere() === 1);
      await setting('nobodyspam', '1', 'nobody-off: 1');
    });
  });

  /** @returns once Exim’s file has the line, or no line of that name if the value is empty. */
  async function setting(key: string, value: string, line: string, module = 'Main'): Promise<void> {
    works('set_tweaksetting', `key=${key}`, `value=${value}`, `module=${module}`);
    const lines = () => machine.sh(`cat ${LOOKUPS}/server/settings`).split('\n');
    await until(() => {
      const hasName = lines().some((one) => one.startsWith(`${line.split(':')[0]}:`));
      return value === '' ? !hasName : lines().includes(line);
    });
  }

  it('the log and the queue say what became of mail', () => {
    const records = (name: string, ...words: string[]) => {
      const { stdout } = machine.run('whmapi1', ['--output=json', name, ...words]);
      return (JSON.parse(stdout) as { data: { records: Record<string, unknown>[] } }).data.records;
    };
    const to = ['api.filter.enable=1', 'api.filter.a.field=recipient', 'api.filter.a.type=eq'];
    expect(submit('box@bob.example', 'box@bob.example', 'nobody@nowhere.invalid')).toMatch(/^250 OK/);
    const failed = ['api.filter.a.arg0=nobody@nowhere.invalid', 'failure=1', 'defer=1', 'inprogress=1'];
    expect(records('emailtrack_search', ...to, ...failed)).toMatchObject([
      { user: 'bob', sender: 'box@bob.example', senderauth: 'plain' },
    ]);
    const delivered = records('emailtrack_search', ...to, 'api.filter.a.arg0=e@eve.example', 'success=1');
    expect(delivered).toContainEqual(
      expect.objectContaining({
        sender: 'box@bob.example',
        user: 'bob',
        deliveryuser: 'eve',
        transport: 'dovecot',
      }),
    );
    works('hold_outgoing_email', 'user=bob');
    expect(submit('box@bob.example', 'box@bob.example', 'kept@world.example')).toMatch(/^250 OK/);
    expect(records('fetch_mail_queue')).toContainEqual(
      expect.objectContaining({
        user: 'bob',
        recipients: ['kept@world.example'],
        sender: 'box@bob.example',
        frozen: 0,
      }),
    );
    works('release_outgoing_email', 'user=bob');
  });

  it('greylisting defers the first mail of an unknown sender, and accepts the second one', async () => {
    const settings = `${LOOKUPS}/greylist/settings`;
    works('save_cpgreylist_config', 'spf_bypass=0');
    works('enable_cpgreylist');
    // An address that is not the loopback's. Nobody waits for minutes here.
    machine.sh(`ip address add 192.0.2.77/32 dev lo; cp -p ${settings} /root/settings`);
    machine.sh(`sed -i 's/^delay: .*/delay: 1/' ${settings}`);
    const attempt = (sender: string) =>
      talk({
        ...{ host: '192.0.2.77', port: 25 },
        lines: ['EHLO there', `MAIL FROM:<${sender}>`, 'RCPT TO:<e@eve.example>'],
      })[0]?.at(-1);
    const questions = () => machine.sh('doveadm service status quota-status | grep ^process_total');
    const before = questions();
    expect(attempt("o'ann@far.example")).toMatch(/^451/);
    expect(attempt('ann@other.example')).toMatch(/^451/);
    expect(questions()).toBe(before);
    expect(deliver('e@eve.example', 'ann@third.example')).toMatch(/^250 OK/);
    await until(() => attempt("o'ann@far.example")?.startsWith('250') === true);
    machine.sh(`cat /root/settings >${settings}`);
    const { stdout } = machine.run('whmapi1', ['--output=json', 'read_cpgreylist_deferred_entries']);
    expect((JSON.parse(stdout) as { data: unknown }).data).toMatchObject({
      total_rows: 2,
      greylist_deferred_entries: [
        { from_addr: "o'ann@far.example", sender_ip: '192.0.2.77', accepted_count: 1 },
        { from_addr: 'ann@other.example', deferred_count: 1, accepted_count: 0 },
      ],
    });
    works('create_cpgreylist_trusted_host', 'ip=192.0.2.0/24');
    expect(attempt('ann@fourth.example')).toMatch(/^250/);
    works('delete_cpgreylist_trusted_host', 'ip=192.0.2.0/24');
    expect(attempt('ann@fourth.example')).toMatch(/^451/);
    works('disable_cpgreylist');
    expect(attempt('ann@fourth.example')).toMatch(/^250/);
    expect(machine.sh('stat -c %U:%a /var/lib/whmapi1-greylist /var/lib/whmapi1-greylist/triplets.db')).toBe(
      'Debian-exim:700\nDebian-exim:600\n',
    );
  });

  it('if DNS fails, the result of SPF is temperror', async () => {
    const text = 'From: ann@far.example\r\nSubject: without DNS\r\n\r\nText\r\n.';
    const lines = ['EHLO there', 'MAIL FROM:<ann@far.example>', 'RCPT TO:<e@eve.example>', 'DATA', text];
    expect(talk({ host: '192.0.2.77', port: 25, lines })[0]?.at(-1)).toMatch(/^250 OK/);
    const found = () =>
      machine.sh("grep -rl '^Subject: without DNS' /home/eve/mail/eve.example/e/new || true").trim();
    await until(() => found() !== '');
    expect(machine.sh(`cat ${found()}`)).toMatch(/^\tspf=temperror smtp\.mailfrom=far\.example;$/m);
  });

  it('a filter saves to a folder, and a mailbox replies by itself', async () => {
    const more = ['account=box@bob.example', 'part1=$header_subject:', 'match1=contains', 'val1=order'];
    email('bob', 'store_filter', 'filtername=shop', ...more, 'action1=save', 'dest1=INBOX.Shop');
    const reply = ['from=Box', 'subject=Away: %subject%', 'body=Back on Monday.', 'interval=24', 'is_html=0'];
    email('bob', 'add_auto_responder', 'email=box', 'domain=bob.example', ...reply, 'start=0', 'stop=0');
    const before = count('eve/mail/eve.example/e');
    const body = 'From: <e@eve.example>\r\nTo: <box@bob.example>\r\nSubject: my order\r\n\r\nText';
    expect(submit('e@eve.example', 'e@eve.example', 'box@bob.example', body)).toMatch(/^250 OK/);
    await arrived('bob/mail/bob.example/box/.Shop', 1);
    await arrived('eve/mail/eve.example/e', before + 1);
    expect(inbox('e@eve.example').stdout).toContain('Subject: Away: my order');
    const broken = [
      'account=box@bob.example',
      'part1=$header_subject:',
      'match1=matches',
      'val1=a{1,2}{3,4}b**',
    ];
    const words = [
      '--output=json',
      '--user=bob',
      'Email',
      'store_filter',
      'filtername=x',
      ...broken,
      'action1=finish',
    ];
    expect(machine.run('uapi', words).status).not.toBe(0);
    expect(machine.sh('cat /home/bob/etc/bob.example/box/.dovecot.sieve.log 2>/dev/null || true')).toBe('');
    // Beside a filter that rejects, each message gets the one or the other.
    const rejected = [
      'filtername=no',
      'account=box@bob.example',
      'part1=$header_subject:',
      'match1=contains',
    ];
    email('bob', 'store_filter', ...rejected, 'val1=unwanted', 'action1=fail', 'dest1=No');
    machine.sh('rm -f /home/bob/etc/bob.example/box/.dovecot.lda-dupes');
    const answered = (subject: string) => {
      const text = `From: <e@eve.example>\r\nTo: <box@bob.example>\r\nSubject: ${subject}\r\n\r\nText`;
      expect(submit('e@eve.example', 'e@eve.example', 'box@bob.example', text)).toMatch(/^250 OK/);
    };
    answered('unwanted');
    await until(() => inbox('e@eve.example').stdout.includes('Subject: Rejected: unwanted'));
    answered('wanted');
    await until(() => inbox('e@eve.example').stdout.includes('Subject: Away: wanted'));
    expect(inbox('e@eve.example').stdout).not.toContain('Away: unwanted');
    email('bob', 'delete_filter', 'account=box@bob.example', 'filtername=no');
    email('bob', 'delete_auto_responder', 'email=box@bob.example');
  });

  it('five wrong passwords block an address for IMAP, POP3 and SMTP, and no other address', () => {
    // Clients elsewhere: the addresses of this server itself are never blocked.
    machine.sh(`
      ip netns add elsewhere
      ip link add inside type veth peer name outside netns elsewhere
      ip address add 198.51.100.1/24 dev inside
      ip link set inside up
      ip -n elsewhere link set outside up
      for host in 88 89; do ip -n elsewhere address add 198.51.100.$host/24 dev outside; done`);
    const read = (
      address: string,
      password = PASSWORD,
      url = 'imaps://198.51.100.1/',
      login = 'e@eve.example',
    ) => {
      const words = [
        '-sk',
        '--max-time',
        '20',
        '--interface',
        address,
        '--user',
        `${login}:${password}`,
        url,
      ];
      return machine.run('ip', ['netns', 'exec', 'elsewhere', 'curl', ...words]).status;
    };
    const send = (address: string) => {
      const session = [
        {
          host: '198.51.100.1',
          from: address,
          port: 465,
          isTls: true,
          lines: ['EHLO there', plain('e@eve.example')],
        },
      ];
      const words = ['netns', 'exec', 'elsewhere', 'node', CLIENT];
      const { stdout } = machine.run('ip', words, { input: JSON.stringify(session) });
      return (JSON.parse(stdout) as string[][])[0]?.at(-1)?.slice(0, 3);
    };
    const [blocked, other] = ['198.51.100.88', '198.51.100.89'];
    expect([read(blocked), read(blocked, PASSWORD, 'pop3s://198.51.100.1/'), send(blocked)]).toEqual([
      0,
      0,
      '235',
    ]);
    expect([1, 2, 3, 4].map((guess) => read(blocked, `guess ${guess}`))).toEqual([67, 67, 67, 67]);
    expect(read(blocked, PASSWORD, 'imaps://198.51.100.1/', 'eve')).toBe(0);
    expect(read(blocked, 'guess', 'pop3s://198.51.100.1/', 'nobody@nowhere.example')).toBe(67);
    expect([read(blocked), read(blocked, PASSWORD, 'pop3s://198.51.100.1/'), send(blocked)]).toEqual([
      67,
      67,
      '535',
    ]);
    expect([read(other), send(other)]).toEqual([0, '235']);
    const { stdout } = machine.run('whmapi1', ['--output=json', 'get_cphulk_failed_logins']);
    const { data } = JSON.parse(stdout) as { data: { failed_logins: { ip: string }[] } };
    const failures = data.failed_logins.filter(({ ip }) => ip === blocked);
    expect(failures).toHaveLength(5);
    expect(failures[0]).toMatchObject({
      ...{ user: 'nobody@nowhere.example', service: 'mail', authservice: 'dovecot' },
    });
    works('flush_cphulk_login_history_for_ips', `ip=${blocked}`);
    expect([read(blocked), send(blocked)]).toEqual([0, '235']);
    // Any number of guesses from this server itself.
    for (let guess = 0; guess < 8; guess++) expect(inbox('e@eve.example', `guess ${guess}`).status).toBe(67);
    expect([inbox('e@eve.example').status, read(blocked)]).toEqual([0, 0]);
    works('flush_cphulk_login_history');
  });

  /** The last reply to a client elsewhere. */
  function from(address: string, lines: readonly string[], more: object): string | undefined {
    const session = [{ host: '198.51.100.1', from: address, lines: ['EHLO there', ...lines], ...more }];
    const words = ['netns', 'exec', 'elsewhere', 'node', CLIENT];
    const { stdout } = machine.run('ip', words, { input: JSON.stringify(session) });
    return (JSON.parse(stdout) as string[][])[0]?.at(-1);
  }

  it('hosts on a block list are refused if an administrator wants it, and logins and error codes are not', async () => {
    works('adddns', 'domain=zen.spamhaus.org', 'ip=192.0.2.50');
    for (const [host, code] of [
      [88, '127.0.0.2'],
      [89, '127.255.255.254'],
    ] as const)
      works(
        ...(['addzonerecord', 'domain=zen.spamhaus.org', 'type=A', `address=${code}`] as const),
        `name=${host}.100.51.198`,
      );
    machine.sh("cat /etc/resolv.conf >/root/resolv.conf; echo 'nameserver 127.0.0.1' >/etc/resolv.conf");
    const envelope = ['MAIL FROM:<ann@world.example>', 'RCPT TO:<e@eve.example>'];
    const stranger = (address: string) => from(address, envelope, { port: 25 });
    expect(stranger('198.51.100.88')).toMatch(/^250/);
    await setting('acl_spamhaus_rbl', '1', 'spamhaus: 1', 'Mail');
    expect(stranger('198.51.100.88')).toMatch(/^550 .*198\.51\.100\.88 is listed by zen\.spamhaus\.org/);
    expect(stranger('198.51.100.89')).toMatch(/^250/);
    const login = [plain('e@eve.example'), 'MAIL FROM:<e@eve.example>', 'RCPT TO:<box@bob.example>'];
    expect(from('198.51.100.88', login, { port: 465, isTls: true })).toMatch(/^250/);
    await setting('acl_spamhaus_rbl', '0', 'spamhaus: 0', 'Mail');
    machine.sh('cat /root/resolv.conf >/etc/resolv.conf');
    works('killdns', 'domain=zen.spamhaus.org');
  });

  it('mail from a country is refused, and that of logins is not', () => {
    // location(1) is not installed here. This one knows two countries.
    writeFileSync(
      machine.path('/usr/bin/location'),
      '#!/bin/sh\ncase "$*" in *AU*) echo 198.51.100.88/32 ;; *CN*) echo 192.0.2.0/24 ;; esac\n',
      { mode: 0o755 },
    );
    const stranger = (address: string) => from(address, ['MAIL FROM:<ann@world.example>'], { port: 25 });
    const change = (name: string, country: string) =>
      machine.sh(`whmapi1 --wait ${name} country_code=${country}`);
    change('block_incoming_email_from_country', 'AU');
    expect(stranger('198.51.100.88')).toMatch(/^550 .*country/);
    expect(stranger('198.51.100.89')).toMatch(/^250/);
    const lines = [plain('e@eve.example'), 'MAIL FROM:<e@eve.example>'];
    expect(from('198.51.100.88', lines, { port: 465, isTls: true })).toMatch(/^250/);
    expect(deliver('e@eve.example', 'ann@world.example')).toMatch(/^250/);
    change('block_incoming_email_from_country', 'CN');
    change('unblock_incoming_email_from_country', 'AU');
    expect(stranger('198.51.100.88')).toMatch(/^250/);
    change('unblock_incoming_email_from_country', 'CN');
    const refuseLogins = (countries: string) =>
      machine.sh(`whmapi1 --wait set_cphulk_config_key key=country_blacklist value=${countries}`);
    const login = (address: string) => from(address, [plain('e@eve.example')], { port: 465, isTls: true });
    refuseLogins('AU');
    expect([login('198.51.100.88'), login('198.51.100.89')]).toEqual([
      expect.stringMatching(/^535/),
      expect.stringMatching(/^235/),
    ]);
    refuseLogins("''");
    expect(login('198.51.100.88')).toMatch(/^235/);
    machine.sh('rm /usr/bin/location');
  });

  it('logins from a country are refused: IMAP, SMTP, FTP and SSH, and those of this server are not', async () => {
    // With the data of Debian’s package.
    machine.install('location', 'libloc-database', 'openssh-server', 'openssh-client');
    const [australia, germany] = ['1.1.1.1', '46.4.0.1'];
    machine.sh(`for host in ${australia} ${germany}; do
        ip -n elsewhere address add $host/32 dev outside
        ip route add $host/32 dev inside
      done
      usermod --shell /bin/bash eve`);
    // As docs/SYSTEM-LOGINS.md says.
    const page = readFileSync('docs/SYSTEM-LOGINS.md', 'utf8');
    const [pam = '', sshd = ''] = [...page.matchAll(/^ *```text\n([^]*?)^ *```\n/gm)].map(([, text = '']) =>
      text.replace(/^ {3}/gm, ''),
    );
    const rules = machine.path('/etc/pam.d/sshd');
    writeFileSync(
      rules,
      readFileSync(rules, 'utf8').replace(/^@include common-auth\n/m, () => pam),
    );
    writeFileSync(machine.path('/etc/ssh/sshd_config.d/whmapi1.conf'), `${sshd}PerSourcePenalties no\n`);
    writeFileSync(machine.path('/root/askpass'), '#!/bin/sh\necho no\n', { mode: 0o700 });
    works('generatesshkeypair', 'user=eve', 'name=there', 'algorithm=ed25519');
    works('authorizesshkey', 'user=eve', 'file=there.pub', 'authorize=1');
    machine.sh('install -m 600 ~eve/.ssh/there /root/there; systemctl restart ssh');

    const at = (address: string) => (address === '127.0.0.1' ? [] : ['ip', 'netns', 'exec', 'elsewhere']);
    const server = (address: string) => (address === '127.0.0.1' ? address : '198.51.100.1');
    const run = (address: string, ...words: string[]) => {
      const [program = '', ...others] = [...at(address), ...words];
      const env = { SSH_ASKPASS: '/root/askpass', SSH_ASKPASS_REQUIRE: 'force' };
      return machine.run(program, others, { env }).status;
    };
    const curl = (address: string, scheme: 'imaps' | 'ftp') =>
      run(
        ...([address, 'curl', '-sk', '--max-time', '30', '--ssl-reqd', '--interface', address] as const),
        ...['--user', `eve:${PASSWORD}`, `${scheme}://${server(address)}/`],
      );
    const ssh = (address: string) =>
      run(
        ...([address, 'ssh', '-b', address, '-i', '/root/there', '-o', 'StrictHostKeyChecking=no'] as const),
        ...['-o', 'NumberOfPasswordPrompts=1', `eve@${server(address)}`, 'true'],
      );
    const doors = (address: string) => ({
      imap: curl(address, 'imaps'),
      ftp: curl(address, 'ftp'),
      ssh: ssh(address),
    });
    const open = { imap: 0, ftp: 0, ssh: 0 };
    const login = [plain('e@eve.example')];
    const smtp = (address: string) => from(address, login, { port: 465, isTls: true })?.slice(0, 3);
    expect([doors(australia), smtp(australia)]).toEqual([open, '235']);

    machine.sh('whmapi1 --wait set_cphulk_config_key key=country_blacklist value=AU');
    // ProFTPD refuses at the greeting (8).
    await until(() => curl(australia, 'ftp') === 8);
    expect([doors(australia), smtp(australia)]).toEqual([{ imap: 67, ftp: 8, ssh: 255 }, '535']);
    expect([doors(germany), smtp(germany), doors('127.0.0.1')]).toEqual([open, '235', open]);

    works('create_cphulk_record', 'list_name=white', `ip=${australia}`);
    await until(() => curl(australia, 'ftp') === 0);
    expect(doors(australia)).toEqual(open);
    works('delete_cphulk_record', 'list_name=white', `ip=${australia}`);
    machine.sh("whmapi1 --wait set_cphulk_config_key key=country_blacklist value=''");
    await until(() => curl(australia, 'ftp') === 0);
    expect(doors(australia)).toEqual(open);
  });

  it('an account cannot deliver to others through Dovecot, without Exim’s limits, or have their folders indexed', () => {
    const connected = (socket: string) => {
      const script =
        `require('node:net').connect('/run/dovecot/${socket}').on('error', ({ code }) => console.log(code))` +
        ".on('connect', () => process.exit())";
      return machine.run('runuser', ['-u', 'eve', '--', 'node', '-e', script]).stdout.trim();
    };
    const sockets = [
      'lmtp',
      'lmtp-exim',
      'auth-exim',
      'indexer',
      'auth-userdb',
      'imap-urlauth',
      'dns-client',
    ];
    expect(sockets.map(connected)).toEqual(sockets.map(() => 'EACCES'));
  });

  it('an account does not learn from Dovecot which mailboxes exist', () => {
    // What it answers names the user, as it was asked.
    const as = (user: string, name: string) =>
      machine
        .run('runuser', ['-u', user, '--', 'doveadm', 'user', name])
        .stderr.replaceAll(name, 'NAME')
        .replace(/<\d+>/, '<PID>');
    expect(as('eve', 'box@bob.example')).toContain('Permission denied');
    expect(as('eve', 'box@bob.example')).toBe(as('eve', 'nobody@bob.example'));
    for (const words of [['user', '*'], ['who'], ['stats', 'dump']])
      expect([words, machine.run('runuser', ['-u', 'eve', '--', 'doveadm', ...words]).status]).not.toEqual([
        words,
        0,
      ]);
    const open = machine.sh('find /run/dovecot /var/lib/whmapi1-mail -maxdepth 1 -type s -perm -o+w -print');
    expect(open).toBe('');
  });

  it('guesses by a program of an account delay nobody else on the server', () => {
    const read = (user: string, password: string) => {
      const words = ['-sk', '--max-time', '60', '-w', '%{time_total}', '-o', '/dev/null'];
      const { status, stdout } = machine.run('runuser', [
        ...['-u', user, '--', 'curl', ...words],
        ...['--user', `box@bob.example:${password}`, 'imaps://127.0.0.1/'],
      ]);
      return { status, seconds: Number(stdout) };
    };
    // The second wrong password makes the next one wait for four seconds, unless a busy machine takes two for it to begin.
    const DOUBLED = 3.9;
    const guesses = [read('eve', 'guess 0')];
    for (let guess = 1; guess < 12 && (guesses.at(-1)?.seconds ?? 0) < DOUBLED; guess++)
      guesses.push(read('eve', `guess ${guess}`));
    expect(guesses.map(({ status }) => status)).toEqual(guesses.map(() => 67));
    expect(guesses.at(-1)?.seconds).toBeGreaterThanOrEqual(DOUBLED);
    for (const user of ['root', 'bob', 'www-data']) {
      const { status, seconds } = read(user, PASSWORD);
      expect([user, status, seconds < DOUBLED]).toEqual([user, 0, true]);
    }
    machine.sh(`install -m 644 ${CLIENT} /var/tmp/client.cjs`);
    const guess = (user: string, number: number) => {
      const lines = ['EHLO there', plain('box@bob.example', `guess ${number}`)];
      const session = JSON.stringify([{ port: 465, isTls: true, lines }]);
      const { stdout } = machine.run('runuser', ['-u', user, '--', 'node', '/var/tmp/client.cjs'], {
        input: session,
      });
      return (JSON.parse(stdout) as string[][])[0]?.at(-1)?.slice(0, 3);
    };
    const answers = Array.from({ length: 9 }, (_, number) => guess('eve', number));
    expect([answers[0], answers.at(-1)]).toEqual(['535', '454']);
    expect(guess('www-data', 1)).toBe('535');
    expect(submit('box@bob.example', 'box@bob.example', 'box@bob.example')).toMatch(/^250 OK/);
    works('flush_cphulk_login_history');
  });

  it('logins to mail go on without whmapi1d, and only root can answer Dovecot', () => {
    const probe = `require('node:http').createServer().on('error', ({ code }) => console.log(code)).listen(579, '127.0.0.1')`;
    machine.sh('systemctl stop whmapi1d');
    expect(inbox('e@eve.example').status).toBe(0);
    expect(machine.run('runuser', ['-u', 'eve', '--', 'node', '-e', probe]).stdout).toBe('EACCES\n');
    machine.sh('systemctl start whmapi1d');
    const words = ['curl', '-s', '-w', '%{http_code}', '-d', '{"login":"a","remote":"192.0.2.9"}'];
    const as = (user: string, command: string) =>
      machine.run('runuser', ['-u', user, '--', ...words, `http://127.0.0.1:579/?command=${command}`]).stdout;
    // Without the secret, nobody is answered. A program of an account does not even reach the port.
    expect([as('dovecot', 'allow'), as('dovecot', 'report')]).toEqual(['403', '403']);
    expect([as('eve', 'allow'), as('www-data', 'report')]).toEqual(['000', '000']);
    expect(
      machine.run('runuser', ['-u', 'eve', '--', 'cat', '/etc/dovecot/whmapi1-policy.conf']).status,
    ).toBe(1);
    expect(machine.run('runuser', ['-u', 'eve', '--', 'doveconf', '-n']).status).toBe(0);
  });

  it('Exim checks its configuration, and refuses mail from a domain', () => {
    const { stdout: checked } = machine.run('whmapi1', ['--output=json', 'exim_configuration_check']);
    expect(JSON.parse(checked)).toMatchObject({ data: {}, metadata: { result: 1 } });
    expect(checked).not.toContain('message');
    works('validate_current_installed_exim_config');
    const text = ['--file', 'cfg_text=/root/broken.conf'];
    writeFileSync(machine.path('/root/broken.conf'), 'no_such_option = 1\n');
    const { stdout } = machine.run('whmapi1', [
      '--output=json',
      'validate_exim_configuration_syntax',
      ...text,
    ]);
    expect(stdout).toContain('no_such_option');
    works('block_incoming_email_from_domain', 'domain=spam.example');
    expect(deliver('e@eve.example', 'ann@Spam.example')).toMatch(/^550 .*this domain is refused/);
    works('unblock_incoming_email_from_domain', 'domain=spam.example');
    expect(deliver('e@eve.example', 'ann@spam.example')).toMatch(/^250 OK/);
  });

  it('mail waits while Dovecot does not run', async () => {
    const isWaiting = () => machine.sh('exim4 -bp').includes('e@eve.example');
    await until(() => !isWaiting());
    const before = count('eve/mail/eve.example/e');
    machine.sh('systemctl stop dovecot');
    expect(deliver('e@eve.example')).toMatch(/^250 OK/);
    await until(() => machine.sh('tail -n 1 /var/log/exim4/mainlog').includes(' == e@eve.example '));
    expect(isWaiting()).toBe(true);
    machine.sh('systemctl start dovecot; exim4 -qff');
    await arrived('eve/mail/eve.example/e', before + 1);
    await until(() => !isWaiting());
  });

  it('mail that arrived too late for a release is delivered by itself', async () => {
    await until(() => machine.sh('cat /var/spool/world/input/*-H').includes('late@world.example'));
    expect(machine.sh('ls /var/spool/exim4/held-bob/input')).toBe('');
  });

  it('a renamed account keeps its mail, and a removed one refuses it', async () => {
    const held = () => machine.sh("find /var/spool/exim4/held-* -name '*-H' | cut -d/ -f5").trim();
    works('hold_outgoing_email', 'user=bob');
    expect(submit('bob', 'info@bob.example', 'renamed@world.example')).toMatch(/^250 OK/);
    expect(held()).toBe('held-bob');
    works('modifyacct', 'user=bob', 'newuser=robert', 'domain=robert.example');
    expect(held()).toBe('held-robert');
    expect(inbox('box@robert.example').stdout).toContain('Subject: ');
    expect(inbox('box@bob.example').status).toBe(67);
    expect(deliver('box@bob.example')).toMatch(/^550/);
    expect(deliver('box@robert.example')).toMatch(/^250 OK/);
    works('removeacct', 'username=robert');
    expect(deliver('box@robert.example')).toMatch(/^550/);
    expect(inbox('box@robert.example').status).toBe(67);
    expect(machine.sh(`find ${LOOKUPS} -name 'robert*' -o -name 'bob*'`)).toBe('');
    expect(held()).toBe('');
  });

  it('what a removed account has sent goes with it, and what waits for it is returned', async () => {
    works('createacct', 'username=tom', 'domain=tom.example', `password=${PASSWORD}`);
    email('tom', 'add_pop', 'email=t', 'domain=tom.example', `password=${PASSWORD}`);
    const write = (user: string, to: string) =>
      machine.run('runuser', ['-u', user, '--', '/usr/sbin/exim4', '-odi', to], {
        input: 'Subject: x\n\nText\n',
      });
    machine.sh('systemctl stop dovecot.socket dovecot.service');
    write('tom', 'later@away.example');
    write('eve', 't@tom.example');
    const queue = () => machine.sh('exim4 -bp');
    await until(() => ['later@away.example', 't@tom.example'].every((one) => queue().includes(one)));
    works('removeacct', 'username=tom');
    machine.sh('systemctl start dovecot');
    expect(queue()).not.toContain('later@away.example');
    // The domain’s MX is still this server.
    machine.sh('ip address add 192.0.2.78/32 dev lo');
    works('adddns', 'domain=tom.example', 'ip=192.0.2.78');
    machine.sh("cat /etc/resolv.conf >/root/resolv.conf; echo 'nameserver 127.0.0.1' >/etc/resolv.conf");
    machine.sh('exim4 -qff');
    await until(() => machine.sh("grep -rl '^  t@tom.example' /home/eve/mail/new || true") !== '');
    machine.sh('cat /root/resolv.conf >/etc/resolv.conf; ip address del 192.0.2.78/32 dev lo');
    works('killdns', 'domain=tom.example');
    expect(queue()).not.toContain('t@tom.example');
  });

  it('folders are counted, messages that match a query are removed, and sessions end', async () => {
    interface Folder {
      readonly guid: string;
      readonly messages: number;
      readonly vsize: number;
    }
    const call = (name: string, ...words: string[]) =>
      JSON.parse(machine.run('whmapi1', ['--output=json', name, ...words]).stdout) as {
        metadata: { result: number; reason: string; error_code?: string };
        data?: Record<string, Folder>;
      };
    const status = (account: string) => call('get_mailbox_status', `account=${account}`).data?.INBOX;
    const own = status('eve');
    const before = status('e@eve.example');
    expect(before?.messages).toBeGreaterThan(1);
    expect(before?.vsize).toBeGreaterThan(100);
    const expunge = (query: string, mailbox = 'INBOX') =>
      call('expunge_mailbox_messages', 'account=e@eve.example', `mailbox=${mailbox}`, `query=${query}`)
        .metadata;
    for (const [query, reason] of [
      ['frobnicate', 'Unknown argument FROBNICATE'],
      ['-A', 'Unknown argument -A'],
      ['savedbefore xx', 'Invalid search date'],
      ['subject', ''],
    ] as const)
      expect(expunge(query)).toMatchObject({
        ...{ result: 0, error_code: 'bad_param' },
        reason: expect.stringContaining(reason) as string,
      });
    expect(expunge('all', 'INBOX.None')).toMatchObject({ result: 0, error_code: 'not_found' });
    expect(expunge('subject "there is none"').result).toBe(1);
    expect(status('e@eve.example')).toEqual(before);
    const { stdout } = machine.run('uapi', [
      ...['--output=json', '--user=eve', 'Mailboxes', 'expunge_messages_for_mailbox_guid'],
      ...['account=e@eve.example', `mailbox_guid=${before?.guid}`, 'query=larger 1'],
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ result: { status: 1 } });
    expect(status('e@eve.example')).toEqual({ guid: before?.guid, messages: 0, vsize: 0 });
    expect(status('eve')).toEqual(own);
    expect(call('list_pops_for', 'user=eve').data).toEqual({ pops: ['e@eve.example'] });

    const sessions = () => Number(machine.sh("doveadm who -1 | grep -c '^e@eve.example ' || true"));
    machine.sh(`
      (printf 'a login e@eve.example "${PASSWORD}"\\r\\n'; sleep 60) 2>/dev/null |
        openssl s_client -quiet -connect 127.0.0.1:993 >/dev/null 2>&1 </dev/stdin &
      disown`);
    await until(() => sessions() === 1);
    works('terminate_cpuser_mailbox_sessions', 'username=eve');
    await until(() => sessions() === 0);
  });

  it('mail for an address with “+” goes to its folder, which it creates if it may', async () => {
    works('createacct', 'username=ann', 'domain=ann.example', `password=${PASSWORD}`, 'maxaddon=1');
    email('ann', 'add_pop', 'email=a', 'domain=ann.example', `password=${PASSWORD}`);
    const box = 'ann/mail/ann.example/a';
    expect(deliver('a+orders@ann.example')).toMatch(/^250 OK/);
    await arrived(box, 1);
    email('ann', 'enable_mailbox_autocreate', 'email=a@ann.example');
    expect(deliver('a+orders@ann.example')).toMatch(/^250 OK/);
    await arrived(`${box}/.orders`, 1);
    email('ann', 'disable_mailbox_autocreate', 'email=a@ann.example');
    expect(deliver('a+orders@ann.example')).toMatch(/^250 OK/);
    await arrived(`${box}/.orders`, 2);
    expect(machine.sh(`stat -c %U:%a /home/${box}/.orders`)).toBe('ann:700\n');
  });

  it('an account sees where its mail goes and what its filters do, and nothing of other accounts', () => {
    const destinations = 'fwdemail=a@ann.example,secret@eve.example,none@eve.example';
    email('ann', 'add_forwarder', 'domain=ann.example', 'email=f', 'fwdopt=fwd', destinations);
    email('ann', 'add_forwarder', 'domain=ann.example', 'email=no', 'fwdopt=fail', 'failmsgs=Gone');
    email(
      'eve',
      'add_forwarder',
      'domain=eve.example',
      'email=secret',
      'fwdopt=fwd',
      'fwdemail=me@hidden.example',
    );
    const traced = (recipient: string) => {
      const found = email('ann', 'trace_delivery', `recipient=${recipient}`) as {
        destinations: { address: string; type: string; message: string }[];
      };
      return found.destinations.map(({ address, type, message }) => `${address} ${type} ${message}`.trim());
    };
    expect(traced('f@ann.example')).toEqual(
      ['a@ann.example', 'none@eve.example', 'secret@eve.example'].map((one) => `${one} local_delivery`),
    );
    expect(traced('no@ann.example')).toEqual(['no@ann.example bounce Gone']);
    expect(traced('none@eve.example')).toEqual(['none@eve.example local_delivery']);
    expect(traced('x@nowhere.invalid')[0]).toMatch(/^x@nowhere\.invalid (defer|bounce)/);
    const filter = ['filtername=shop', 'account=a@ann.example', 'part1=$header_subject:', 'match1=contains'];
    email('ann', 'store_filter', ...filter, 'val1=order', 'action1=save', 'dest1=INBOX.Shop');
    const trace = (subject: string) => {
      writeFileSync(machine.path('/root/message'), `Subject: ${subject}\n\nText`);
      return JSON.stringify(
        email('ann', 'trace_filter', 'account=a@ann.example', '--file', 'msg=/root/message'),
      );
    };
    expect(trace('an order')).toContain('store message in folder: INBOX.Shop');
    expect(trace('hello')).toMatch(/store message in folder: INBOX(?:\\n|")/);
    expect(machine.sh('ls -A /home/ann/mail/ann.example/a')).not.toContain('.Shop');
    const folders = email('ann', 'browse_mailbox', 'account=a@ann.example') as { file: string }[];
    expect(folders.map(({ file }) => file)).toContain('.orders');
  });

  it('the mail of an addon domain moves with it to another account, and waits meanwhile', async () => {
    const addon = ['newdomain=shop.example', 'subdomain=shop', 'dir=public_html/shop'];
    machine.run('uapi', ['--user=ann', 'AddonDomain', 'addaddondomain', ...addon]);
    email('ann', 'add_pop', 'email=s', 'domain=shop.example', `password=${PASSWORD}`);
    expect(deliver('s@shop.example', 'ann@world.example', 'before')).toMatch(/^250 OK/);
    await arrived('ann/mail/shop.example/s', 1);
    machine.sh(`touch ${LOOKUPS}/moving/shop.example`);
    expect(deliver('s@shop.example')).toMatch(/^451 .*not known yet/);
    machine.sh("printf 'Subject: queued\n\nText\n' | exim4 -odi -f ann@world.example s@shop.example");
    machine.sh(`rm ${LOOKUPS}/moving/shop.example`);
    works('convert_addon_initiate_conversion', 'domain=shop.example', 'username=shop', 'wait=1');
    expect(machine.sh(`ls ${LOOKUPS}/moving`)).toBe('');
    expect(inbox('s@shop.example').stdout).toContain('Subject: before');
    machine.sh('exim4 -qff');
    await until(() => inbox('s@shop.example').stdout.includes('Subject: queued'));
    expect(submit('s@shop.example', 's@shop.example', 'a@ann.example')).toMatch(/^250 OK/);
    expect(machine.sh('find /home/shop/mail /home/shop/etc -not -user shop')).toBe('');
    expect(count('ann/mail/shop.example/s')).toBe(1);
  });

  it('only root and Exim connect to mail servers elsewhere while smtpmailgidonly is 1, also after a reboot', async () => {
    const [here, there] = ['203.0.113.1', '203.0.113.25'];
    const sixth = '2001:db8:25::25';
    writeFileSync(machine.path('/root/mx.cjs'), MAIL_SERVER);
    // A network namespace ends with a reboot.
    const setUpMailServer = () =>
      machine.sh(`
        ip netns add mx
        ip link add to-mx type veth peer name mx netns mx
        ip address add ${here}/24 dev to-mx
        ip address add 2001:db8:25::1/64 dev to-mx nodad
        ip link set to-mx up
        ip -n mx link set mx up
        ip -n mx address add ${there}/24 dev mx
        ip -n mx address add ${sixth}/64 dev mx nodad
        systemd-run --quiet --unit=mx ip netns exec mx node /root/mx.cjs`);
    const connect = (user: string, host: string, port: number) => {
      const script = `require('node:net').connect(${port}, '${host}').setTimeout(5000)
        .on('error', ({ code }) => console.log(code)).on('timeout', () => process.exit())
        .on('connect', () => { console.log('connected'); process.exit(); })`;
      return machine.run('runuser', ['-u', user, '--', 'node', '-e', script]).stdout.trim();
    };
    const ways = (user: string) => [
      ...[25, 465, 587, 2525].map((port) => connect(user, there, port)),
      connect(user, sixth, 25),
      ...['127.0.0.1', here].map((host) => connect(user, host, 25)),
    ];
    const [yes, no] = ['connected', 'ECONNREFUSED'];
    const open = [yes, yes, yes, yes, yes, yes, yes];
    // Another port, and the mail server of this server itself, are everybody's.
    const restricted = [no, no, no, yes, no, yes, yes];
    const set = async (value: string) => {
      works('set_tweaksetting', 'key=smtpmailgidonly', `value=${value}`);
      await until(() => connect('eve', there, 25) === (value === '1' ? no : yes));
    };

    setUpMailServer();
    await until(() => connect('root', there, 25) === yes);
    machine.sh('systemctl enable --now nftables');
    expect(ways('eve')).toEqual(open);
    await set('1');
    expect(ways('eve')).toEqual(restricted);
    expect(ways('www-data')).toEqual(restricted);
    expect(['root', 'Debian-exim'].map((user) => connect(user, there, 25))).toEqual([yes, yes]);
    for (const verb of ['reload', 'restart']) {
      machine.sh(`systemctl ${verb} nftables`);
      expect([verb, ways('eve')]).toEqual([verb, restricted]);
    }
    // A file that nft does not accept leaves the rules in force.
    machine.sh(
      'cp -p /etc/whmapi1-firewall/outgoing-smtp.nft /root/; echo no >>/etc/whmapi1-firewall/outgoing-smtp.nft',
    );
    expect(machine.run('systemctl', ['reload', 'whmapi1-firewall@outgoing-smtp']).status).not.toBe(0);
    expect(connect('eve', there, 25)).toBe(no);
    machine.sh('cp -p /root/outgoing-smtp.nft /etc/whmapi1-firewall/');

    await machine.reboot();
    setUpMailServer();
    await until(() => connect('root', there, 25) === yes);
    expect(ways('eve')).toEqual(restricted);
    machine.sh(`printf 'host: ${there}\\n' >${LOOKUPS}/redirects/mx.example
      chown root:Debian-exim ${LOOKUPS}/redirects/mx.example
      printf 'Subject: out\\n\\nText\\n' | exim4 -odi -f e@eve.example ann@mx.example`);
    await until(() => machine.sh('cat /root/mx.log 2>/dev/null || true').includes('Subject: out'));
    await set('0');
    expect(ways('eve')).toEqual(open);
    expect(
      machine.sh(
        "nft list tables; ls /etc/whmapi1-firewall; systemctl list-units --all 'whmapi1-firewall@*'",
      ),
    ).not.toContain('outgoing-smtp');
    machine.sh('systemctl disable --now nftables; systemctl stop mx; ip netns del mx');
  });

  it('Exim reports nothing to its panic log', () => {
    expect(machine.sh('cat /var/log/exim4/paniclog 2>/dev/null || true')).toBe('');
  });
});
