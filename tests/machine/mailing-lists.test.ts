// Mailing lists on a fresh Debian with the profile MAILNODE and its optional role: people join by mail, members’ mail goes
// to all, and everything else waits or is refused.
import { copyFileSync } from 'node:fs';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { installedRoot } from './prepared-roots.ts';
import { until } from './until.ts';

const PASSWORD = 'correct horse battery staple 7';
const APPROVAL = 'the owner approves this 9';
const CLIENT = '/root/smtp-client.cjs';
const LIST = 'news@bob.example';

describeOnMachine('mailing lists, in this order', () => {
  let machine: Machine;
  let number = 0;
  let activation = '';

  beforeAll(async () => {
    machine = await bootMachine(await installedRoot());
    copyFileSync('tests/machine/smtp-client.cjs', machine.path(CLIENT));
    // A server that somebody installed Dovecot on, and whose default certificate is gone.
    machine.sh(
      'apt-get install -y -q --no-install-recommends dovecot-core dovecot-imapd dovecot-pop3d dovecot-lmtpd dovecot-managesieved dovecot-sieve dovecot-sqlite',
      {
        ...{ env: { DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: 600_000 },
      },
    );
    machine.sh(
      'systemctl stop dovecot; rm -f /etc/dovecot/private/dovecot.* /etc/ssl/private/ssl-cert-snakeoil.key',
    );
    expect(machine.run('systemctl', ['start', 'dovecot']).status).not.toBe(0);
    activation = activate('{"MailingLists":1}');
    for (const user of ['bob', 'eve'])
      works('createacct', `username=${user}`, `domain=${user}.example`, `password=${PASSWORD}`);
    email('bob', 'add_pop', 'email=box', 'domain=bob.example', `password=${PASSWORD}`);
    email('eve', 'add_pop', 'email=e', 'domain=eve.example', `password=${PASSWORD}`);
    email('bob', 'set_default_address', 'domain=bob.example', 'fwdopt=fail');
  });
  afterAll(() => machine.stop());

  function activate(optional: string): string {
    return machine.sh(`whmapi1 --wait start_profile_activation code=MAILNODE optional='${optional}'`, {
      timeoutMs: 900_000,
    });
  }
  function works(name: string, ...words: string[]): void {
    const { stdout } = machine.run('whmapi1', ['--output=json', name, ...words]);
    const { metadata } = JSON.parse(stdout) as { metadata: { result: number; reason: string } };
    expect([name, metadata.result === 1 ? '' : metadata.reason]).toEqual([name, '']);
  }
  function answer(user: string, name: string, ...words: string[]) {
    const { stdout } = machine.run('uapi', ['--output=json', `--user=${user}`, 'Email', name, ...words]);
    return (JSON.parse(stdout) as { result: { errors: string[] | null; data: unknown } }).result;
  }
  function email(user: string, name: string, ...words: string[]): unknown {
    const { errors, data } = answer(user, name, ...words);
    expect([name, errors]).toEqual([name, null]);
    return data;
  }
  const talk = (...sessions: { port: number; isTls?: boolean; lines: string[] }[]): string[][] =>
    JSON.parse(machine.run('node', [CLIENT], { input: JSON.stringify(sessions) }).stdout) as string[][];
  const replyOf = (replies: readonly string[] = []) =>
    replies.find((reply) => /^[45]|^250 OK id=/.test(reply)) ?? '';

  /** By a login. @returns the reply of Exim. */
  function submit(from: string, to: string, body = `Text ${(number += 1)}`, header = ''): string {
    const login = Buffer.from(`\0${from}\0${PASSWORD}`).toString('base64');
    const lines = ['EHLO there', `AUTH PLAIN ${login}`, `MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'DATA'];
    const message = `From: <${from}>\r\nTo: <${to}>\r\n${header || `Subject: number ${number}`}\r\n\r\n${body}\r\n.`;
    return replyOf(talk({ port: 465, isTls: true, lines: [...lines, message] })[0]);
  }
  /** By a stranger’s server. */
  function deliver(to: string, from = 'ann@world.example'): string {
    number += 1;
    const message = `From: <${from}>\r\nTo: <${to}>\r\nSubject: number ${number}\r\n\r\nText\r\n.`;
    const lines = ['EHLO there', `MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'DATA', message];
    return replyOf(talk({ port: 25, lines })[0]);
  }
  const messages = (folder: string) =>
    machine.sh(`cat /home/${folder}/new/* /home/${folder}/cur/* 2>/dev/null || true`);
  const BOX = 'bob/mail/bob.example/box';
  const EVE = 'eve/mail/eve.example/e';
  /** @returns the text of the folder, once it has this. */
  async function arrived(folder: string, text: string): Promise<string> {
    await until(() => messages(folder).includes(text));
    return messages(folder);
  }
  const mailman = (...words: string[]) =>
    machine.run('runuser', ['-u', 'list', '--', 'mailman', '-C', '/etc/mailman3/whmapi1.cfg', ...words]);
  const members = () => mailman('members', LIST).stdout.trim().split('\n').sort();

  async function join(from: string, folder: string): Promise<void> {
    expect(submit(from, 'news-join@bob.example')).toMatch(/^250/);
    const text = await arrived(folder, 'news-confirm+');
    const token = /news-confirm\+(\w+)@bob\.example/.exec(text)?.[1] ?? '';
    expect(submit(from, `news-confirm+${token}@bob.example`, 'Yes', `Subject: Re: confirm ${token}`)).toMatch(
      /^250/,
    );
    await until(() => members().includes(from));
  }

  it('work on a server whose Dovecot does not start without the configuration of the role', () => {
    const [, task = ''] = /log_id:? *'?(\d+)/.exec(activation) ?? [];
    expect(machine.run('whmapi1', ['--tasks', task]).stdout).toContain(
      'dovecot does not start yet. It is started again once its configuration is written.',
    );
    expect(machine.sh('systemctl is-active dovecot').trim()).toBe('active');
  });

  it('people join by mail, and the members get each other’s mail', async () => {
    email('bob', 'add_list', 'list=news', 'domain=bob.example', `password=${APPROVAL}`);
    expect(email('bob', 'list_lists')).toMatchObject([{ list: LIST, advertised: 1, subscribe_policy: 1 }]);
    await join('box@bob.example', BOX);
    await join('e@eve.example', EVE);
    expect(members()).toEqual(['box@bob.example', 'e@eve.example']);
    expect(submit('e@eve.example', LIST)).toMatch(/^250/);
    const text = await arrived(BOX, `Subject: [News] number ${number}`);
    // The policy of no other domain can refuse it.
    expect(text).toMatch(/^From: .*<news@bob\.example>$/m);
    expect(text).toContain('List-Id: <news.bob.example>');
  });

  it('a stranger’s mail waits until the owner approves it with the password', async () => {
    expect(deliver(LIST)).toMatch(/^250/);
    const subject = `number ${number}`;
    const notice = await arrived('bob/mail', subject);
    const token = /^Subject: confirm (\w+)$/m.exec(notice)?.[1] ?? '';
    expect(token).not.toBe('');
    expect(messages(EVE)).not.toContain(subject);
    const header = (password: string) => `Subject: confirm ${token}\r\nApproved: ${password}`;
    expect(submit('box@bob.example', 'news-request@bob.example', 'x', header(APPROVAL))).toMatch(/^250/);
    await arrived(EVE, subject);
    // And nobody else’s server is told: a sender can be false.
    expect(machine.sh('exim4 -bp')).not.toContain('ann@world.example');
  });

  it('mail for members elsewhere is sent as that of the account', async () => {
    writeMember('ann@world.example');
    expect(submit('box@bob.example', LIST)).toMatch(/^250/);
    await until(() => machine.sh('exim4 -bp').includes('ann@world.example'));
    const log = machine.sh('grep news-bounces /var/log/exim4/mainlog | tail -20');
    expect(log).toContain('A=mailman:+lists');
    expect(
      machine.sh(
        "grep -h 'acl_m_owner\\|-aclm.*owner' -A1 /var/spool/exim4/input/*-H /var/spool/exim4/input/*/*-H 2>/dev/null || true",
      ),
    ).toContain('bob');
    mailman('delmembers', '-l', LIST, '-m', 'ann@world.example');
  });

  function writeMember(address: string): void {
    const { status, stderr } = machine.run(
      'runuser',
      ['-u', 'list', '--', 'mailman', '-C', '/etc/mailman3/whmapi1.cfg', 'addmembers', '-', LIST],
      { input: `${address}\n` },
    );
    expect([status, stderr]).toEqual([0, '']);
  }

  it('no account reaches the lists of another one, or Mailman itself', () => {
    for (const [name, ...more] of [
      ['delete_list'],
      ['passwd_list', `password=${PASSWORD}`],
      ['set_list_privacy_options', 'advertised=1', 'archive_private=1', 'subscribe_policy=1'],
    ] as const) {
      const { errors } = answer('eve', name, `list=${LIST}`, ...more);
      expect(String(errors?.[0])).toContain('should be a domain of the account');
    }
    const asEve = (script: string) => machine.run('runuser', ['-u', 'eve', '--', 'bash', '-c', script]);
    const status = "curl -s -o /dev/null -w '%{http_code}' -u whmapi1:guess http://127.0.0.1:582/3.1/lists";
    expect(asEve(status).stdout).toBe('401');
    // Mailman believes any sender that it is given by LMTP. Only Exim and root reach it.
    const lmtp = (user: string) =>
      machine.run('runuser', ['-u', user, '--', 'curl', '-s', 'telnet://127.0.0.1:581'], {
        input: 'QUIT\r\n',
      }).stdout;
    expect([lmtp('eve'), lmtp('www-data')]).toEqual(['', '']);
    expect(lmtp('Debian-exim')).toMatch(/^220 /);
    expect(asEve('cat /etc/mailman3/whmapi1.cfg').status).not.toBe(0);
    expect(asEve('cat /etc/exim4/whmapi1/lists-secret').status).not.toBe(0);
    // The login of Mailman needs its secret, and is no other mechanism’s.
    const login = Buffer.from(`\0+lists\0${PASSWORD}`).toString('base64');
    const lines = ['EHLO there', `AUTH PLAIN ${login}`];
    expect(talk({ port: 465, isTls: true, lines })[0]?.at(-1)).toMatch(/^535/);
    // A bounce address of somebody else is no way to send.
    expect(deliver('ann@world.example', LIST)).toMatch(/^550/);
  });

  const log = () => machine.sh('cat /var/log/exim4/mainlog');
  const countIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length;

  it('strangers cannot have lists write to somebody again and again', async () => {
    const session = (from: string, body: string) => ({
      port: 25,
      lines: [
        ...['EHLO there', 'MAIL FROM:<ann@world.example>', 'RCPT TO:<news-request@bob.example>', 'DATA'],
        `From: <${from}>\r\nTo: <news-request@bob.example>\r\nSubject: help\r\n\r\n${body}\r\n.`,
      ],
    });
    // The answers go to the header From, and a request to confirm to any address that a line names.
    talk(...Array.from({ length: 14 }, () => session('victim@world.example', 'help')));
    talk(session('other@world.example', 'join address=victim@world.example'));
    talk(session('victim+1@world.example', 'help'));
    const refused = /rejected after DATA: 550 5\.7\.1 Too many notices/g;
    await until(() => countIn(log(), refused) === 6);
    expect(countIn(log(), /<= news-\S+ .* for victim\S*@world\.example$/gm)).toBe(10);
    // Others are not concerned.
    await until(() => countIn(log(), /<= news-\S+ .* for other@world\.example$/gm) === 1);
    expect(submit('e@eve.example', LIST)).toMatch(/^250/);
    await arrived(BOX, `number ${number}`);
  });

  /** @returns once Exim’s file has the line. */
  async function setting(key: string, value: '0' | '1', line: string): Promise<void> {
    works('set_tweaksetting', `key=${key}`, `value=${value}`);
    await until(() => machine.sh('cat /etc/exim4/whmapi1/server/settings').includes(`${line}\n`));
  }

  it('mail to members counts for the limit of the account if a tweak setting says so', async () => {
    works('modifyacct', 'user=bob', 'MAX_EMAIL_PER_HOUR=2');
    for (const _ of [1, 2]) {
      expect(submit('e@eve.example', LIST)).toMatch(/^250/);
      await arrived(BOX, `number ${number}`);
    }
    await setting('email_send_limits_count_mailman', '1', 'count-lists: 1');
    for (const _ of [1, 2]) expect(submit('e@eve.example', LIST)).toMatch(/^250/);
    await until(() => log().includes('The domain bob.example has exceeded its mails per hour'));
    await setting('email_send_limits_count_mailman', '0', 'count-lists: 0');
    works('modifyacct', 'user=bob', 'MAX_EMAIL_PER_HOUR=unlimited');
  });

  it('a tweak setting switches all lists off', async () => {
    await setting('skipmailman', '1', 'lists-off: 1');
    for (const address of [LIST, 'news-join@bob.example', 'news-owner@bob.example'])
      expect(deliver(address)).toMatch(/^550 .*no mailing lists on this server/);
    expect(answer('bob', 'list_lists').errors?.[0]).toContain('skipmailman');
    await setting('skipmailman', '0', 'lists-off: 0');
    expect(submit('e@eve.example', LIST)).toMatch(/^250/);
    await arrived(BOX, `number ${number}`);
  });

  it('a suspended account has no lists until it is back', async () => {
    works('suspendacct', 'user=bob');
    expect(deliver(LIST)).toMatch(/^550 .*suspended/);
    works('unsuspendacct', 'user=bob');
    expect(submit('e@eve.example', LIST)).toMatch(/^250/);
    await arrived(BOX, `number ${number}`);
  });

  it('a server without the role knows no lists, and has them again with it', async () => {
    activate('{}');
    expect(deliver(LIST)).toMatch(/^550/);
    expect(machine.run('systemctl', ['is-active', 'mailman3']).stdout.trim()).toBe('inactive');
    activate('{"MailingLists":1}');
    expect(members()).toEqual(['box@bob.example', 'e@eve.example']);
    expect(submit('e@eve.example', LIST)).toMatch(/^250/);
    await arrived(BOX, `number ${number}`);
  });

  it('a removed list refuses mail, and its members are gone', () => {
    email('bob', 'delete_list', `list=${LIST}`);
    expect(deliver(LIST)).toMatch(/^550/);
    expect(deliver('news-join@bob.example')).toMatch(/^550/);
    email('bob', 'add_list', 'list=news', 'domain=bob.example', `password=${APPROVAL}`);
    expect(mailman('members', LIST).stdout).not.toContain('eve.example');
    works('removeacct', 'username=bob');
    expect(mailman('lists').stdout).not.toContain('news');
  });

  it('Mailman has less memory than its role says', () => {
    const script =
      "for pid in $(pgrep -u list); do sed -n 's/^Pss: *//p' /proc/$pid/smaps_rollup; done | awk '{ sum += $1 } END { print sum }'";
    const kibibytes = Number(machine.sh(script));
    process.stderr.write(`Mailman: ${kibibytes} KiB\n`);
    expect(kibibytes).toBeGreaterThan(0);
    expect(kibibytes).toBeLessThan(850 * 1024);
  });
});
