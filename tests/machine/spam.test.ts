// Incoming mail on a fresh Debian with the profile STANDARD: what SpamAssassin says for each account, and what the policy of
// the sender’s domain wants (SPF, DKIM, DMARC). The zones of senders are on the machine’s own nameserver.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { domainToASCII } from 'node:url';
import { createTransport } from 'nodemailer';
import { getDomain } from 'tldts';
import { linesOf, registered } from '../support/public-suffixes.ts';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { hostingRoot } from './prepared-roots.ts';
import { until } from './until.ts';

const PASSWORD = 'correct horse battery staple 7';
const GTUBE = 'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X';
/** The only address that may send for the honest domains, and a stranger’s (RFC 5737). */
const HONEST = '192.0.2.9';
const STRANGER = '198.51.100.66';
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

interface Sent {
  readonly host?: string;
  readonly from?: string;
  readonly to: readonly string[];
  /** The header fields before the subject. */
  readonly header?: string;
  readonly body?: string;
}

describeOnMachine('incoming mail, in this order', () => {
  let machine: Machine;
  let number = 0;

  beforeAll(async () => {
    machine = await bootMachine(await hostingRoot());
    for (const user of ['bob', 'eve', 'dan'])
      works('createacct', `username=${user}`, `domain=${user}.example`, `password=${PASSWORD}`);
    uapi('eve', 'Email', 'disable_spam_assassin');
    zone('bank.test', 'p=reject', [['out.bank.test.', `v=spf1 ip4:${HONEST} -all`]]);
    zone('strict.test', 'p=reject; aspf=s; adkim=s', [['sub.strict.test.', `v=spf1 ip4:${HONEST} -all`]]);
    zone('careful.test', 'p=quarantine');
    zone('below.test', 'p=none; sp=reject');
    zone('some.test', 'p=reject; pct=0');
    zone('one.co.uk', 'p=reject');
    zone('two.test', 'p=reject', [['_dmarc.two.test.', 'v=DMARC1; p=none']]);
    // A stranger’s own domains allow everybody.
    for (const name of ['evil-bank.test', 'other.co.uk', 'bank.test.evil.test']) open(name);
    machine.sh("echo 'nameserver 127.0.0.1' >/etc/resolv.conf; rndc flush || true");
    await until(
      () => machine.sh('dig +short @127.0.0.1 TXT _dmarc.two.test').trim().split('\n').length === 2,
    );
    await until(() => machine.sh('dig +short @127.0.0.1 TXT bank.test.evil.test').includes('+all'));
    await until(() => machine.sh('ss -Hlx src /run/whmapi1-spamd/socket').trim() !== '');
  });
  afterAll(() => machine.stop());

  function works(name: string, ...words: string[]): void {
    const { stdout } = machine.run('whmapi1', ['--output=json', name, ...words]);
    const { metadata } = JSON.parse(stdout) as { metadata: { result: number; reason: string } };
    expect([name, words, metadata.result === 1 ? '' : metadata.reason]).toEqual([name, words, '']);
  }
  function uapi(user: string, module: string, name: string, ...words: string[]): unknown {
    const { stdout } = machine.run('uapi', ['--output=json', `--user=${user}`, module, name, ...words]);
    const { result } = JSON.parse(stdout) as { result: { errors: string[] | null; data: unknown } };
    expect([name, result.errors]).toEqual([name, null]);
    return result.data;
  }
  const txt = (domain: string, name: string, text: string) =>
    works('addzonerecord', `domain=${domain}`, `name=${name}`, 'type=TXT', `txtdata=${text}`);
  function zone(domain: string, policy: string, more: readonly (readonly [string, string])[] = []): void {
    works('adddns', `domain=${domain}`, `ip=${HONEST}`);
    txt(domain, `${domain}.`, `v=spf1 ip4:${HONEST} -all`);
    txt(domain, `_dmarc.${domain}.`, `v=DMARC1; ${policy}`);
    const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    txt(domain, `s._domainkey.${domain}.`, `v=DKIM1; k=rsa; p=${key}`);
    for (const [name, text] of more) txt(domain, name, text);
  }
  function open(domain: string): void {
    works('adddns', `domain=${domain}`, `ip=${STRANGER}`);
    txt(domain, `${domain}.`, 'v=spf1 +all');
    const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    txt(domain, `s._domainkey.${domain}.`, `v=DKIM1; k=rsa; p=${key}`);
  }

  /** @returns the reply to the message: of Exim, which takes it as if it came from the host. */
  function send({ host = STRANGER, from = 'a@evil-bank.test', to, header, body = 'Text' }: Sent): string {
    number += 1;
    const head = header ?? `From: <${from}>`;
    const message = /^DKIM-Signature:/m.test(head)
      ? head
      : `${head}\r\nSubject: number ${number}\r\nTo: <x@y.test>\r\nDate: Wed, 02 Dec 2026 00:00:00 +0000\r\nMessage-ID: <${number}@there.test>\r\n\r\n${body}`;
    const lines = [
      'EHLO there.test',
      `MAIL FROM:<${from}>`,
      ...to.map((one) => `RCPT TO:<${one}>`),
      ...['DATA', `${message}\r\n.`, 'QUIT', ''],
    ];
    const words = ['-oMa', `${host}.40000`, '-oMi', '192.0.2.1.25', '-bs'];
    const { stdout } = machine.run('exim4', words, { input: lines.join('\r\n') });
    return stdout.split(/\r?\n/).find((line) => /^[45]|^250 OK id=/.test(line)) ?? stdout;
  }
  /** The text of all messages in a folder. */
  const messages = (folder: string) => machine.sh(`cat /home/${folder}/new/* 2>/dev/null || true`);
  /** @returns the message with the last number, once it is there. */
  async function arrived(folder: string): Promise<string> {
    const name = `Subject: number ${number}\n`;
    await until(() => messages(folder).includes(name));
    const files = machine.sh(`grep -l '^Subject: number ${number}$' /home/${folder}/new/*`).trim();
    return machine.sh(`cat ${files}`);
  }
  async function signed(domain: string, from: string): Promise<string> {
    number += 1;
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const { message } = await createTransport({
      streamTransport: true,
      buffer: true,
      newline: 'windows',
    }).sendMail({
      ...{ from, to: 'x@bob.example', subject: `number ${number}`, text: 'Signed text' },
      dkim: { domainName: domain, keySelector: 's', privateKey: pem },
    });
    number -= 1;
    return (message as Buffer).toString().trimEnd();
  }

  it('the policy of a domain is followed (DMARC): SPF of an aligned domain passes', async () => {
    expect(send({ host: HONEST, from: 'a@bank.test', to: ['x@bob.example'] })).toMatch(/^250/);
    const mail = await arrived('bob/mail');
    expect(mail).toMatch(
      /^Authentication-Results: whmapi1-machine;\n\tspf=pass .*\n\tdmarc=pass header.from=bank.test$/ms,
    );
    const header = 'From: Bank <a@bank.test>';
    expect(send({ host: HONEST, from: 'a@out.bank.test', header, to: ['x@bob.example'] })).toMatch(/^250/);
    // Exim’s library lets everything on this server pass SPF.
    expect(send({ host: '127.0.0.1', from: 'a@bank.test', to: ['x@bob.example'] })).toMatch(/^550/);
    // A bounce has no sender: the greeting is nobody’s here.
    expect(send({ host: STRANGER, from: '', header, to: ['x@bob.example'] })).toMatch(/^550/);
  });

  it.each([
    ['the domain', 'a@evil-bank.test', 'From: <a@bank.test>'],
    ['a subdomain', 'a@evil-bank.test', 'From: <a@news.bank.test>'],
    ['another case', 'a@evil-bank.test', 'From: "The Bank" <A@BANK.Test>'],
    ['a domain that ends alike', 'a@evil-bank.test', 'From: <a@bank.test> (evil-bank.test)'],
    ['a domain that begins alike', 'a@bank.test.evil.test', 'From: <a@bank.test>'],
    ['a domain of the same registry', 'a@other.co.uk', 'From: <a@one.co.uk>'],
    ['a subdomain with a policy of its own', 'a@evil-bank.test', 'From: <a@x.below.test>'],
    ['decoded words', 'a@evil-bank.test', 'From: =?utf-8?q?=3Cx=40evil-bank.test=3E?= <a@bank.test>'],
    ['a folded header', 'a@evil-bank.test', 'From:\r\n\t<a@bank.test>'],
  ])('a forged sender is refused: %s', (_what, from, header) => {
    expect(send({ from, header, to: ['x@bob.example'] })).toMatch(/^550.5\.7\.1 The policy of /);
  });

  it.each([
    ['two headers', 'From: <a@evil-bank.test>\r\nFrom: <a@bank.test>'],
    ['two headers with others between', 'From: <a@evil-bank.test>\r\nX: 1\r\nfrom : <a@bank.test>'],
    ['a blank before the colon', 'From : <a@bank.test>'],
    ['a tab before the colon', 'From\t: <a@bank.test>'],
    ['two addresses', 'From: <a@evil-bank.test>, <a@bank.test>'],
    ['no end', 'From: <a@bank.test'],
    ['a dot behind', 'From: <a@bank.test.>'],
    ['another script', 'From: <a@b\u00e4nk.test>'],
    ['a quote without an end', 'From: "x <a@bank.test>'],
  ])('a header From that could be read in several ways is refused: %s', (_what, header) => {
    expect(send({ header, to: ['x@bob.example'] })).toMatch(/^550.5\.6\.0/);
  });

  it('SPF alone does not pass if the policy is strict, and several policies or pct=0 refuse nothing', () => {
    const header = 'From: <a@strict.test>';
    expect(send({ host: HONEST, from: 'a@strict.test', header, to: ['x@bob.example'] })).toMatch(/^250/);
    expect(send({ host: HONEST, from: 'a@sub.strict.test', header, to: ['x@bob.example'] })).toMatch(/^550/);
    for (const domain of ['below.test', 'some.test', 'two.test', 'nowhere.test'])
      expect([domain, send({ header: `From: <a@${domain}>`, to: ['x@bob.example'] })]).toEqual([
        domain,
        expect.stringMatching(/^250/),
      ]);
  });

  it('DKIM of an aligned domain passes, also after forwarding, and a changed message does not', async () => {
    const good = await signed('bank.test', 'a@bank.test');
    expect(send({ header: good, to: ['x@bob.example'] })).toMatch(/^250/);
    expect(await arrived('bob/mail')).toMatch(/dkim=pass .*\n.*dmarc=pass header.from=bank.test/s);
    expect(send({ header: await signed('bank.test', 'a@news.bank.test'), to: ['x@bob.example'] })).toMatch(
      /^250/,
    );
    const changed = good.replace('Signed text', 'Signed texT');
    expect(send({ header: changed, to: ['x@bob.example'] })).toMatch(/^550/);
    const others = await signed('evil-bank.test', 'a@bank.test');
    expect(send({ header: others, to: ['x@bob.example'] })).toMatch(/^550/);
    const strict = await signed('strict.test', 'a@news.strict.test');
    expect(send({ header: strict, to: ['x@bob.example'] })).toMatch(/^550/);
    // A selector without a key is no error of DNS, by which a stranger could get through.
    const keyless = good.replace(/ s=s;/, ' s=none;');
    expect(keyless).not.toBe(good);
    expect(send({ header: keyless, to: ['x@bob.example'] })).toMatch(/^550/);
  });

  it('Exim’s list of registries agrees with a library for nearly each rule: the two are of different days', () => {
    const list = readFileSync(machine.path('/usr/share/publicsuffix/public_suffix_list.dat'), 'utf8');
    const labels = linesOf(readFileSync(machine.path('/etc/exim4/whmapi1/public-suffixes'), 'utf8'));
    const rules = list.split('\n').filter((line) => line !== '' && !line.startsWith('//'));
    expect(rules.length).toBeGreaterThan(5000);
    const names = rules.flatMap((rule) => {
      const name = domainToASCII(rule.replace(/^!|^\*\./, ''));
      return [`a.${name}`, `b.a.${name}`];
    });
    const differ = names.filter(
      (name) => registered(labels, name) !== (getDomain(name, { allowPrivateDomains: true }) ?? name),
    );
    expect(differ.length).toBeLessThan(names.length / 40);
  });

  it('headers that only this server may write are removed', async () => {
    const header = [
      'From: <a@evil-bank.test>',
      'Authentication-Results: whmapi1-machine; dmarc=pass header.from=bank.test',
      'Authentication-Results: WHMAPI1-machine (x); spf=pass',
      'X-Spam-Flag: YES',
      'X-Spam-Status: No',
    ].join('\r\n');
    send({ header, to: ['x@eve.example'] });
    const mail = await arrived('eve/mail');
    expect(mail.match(/^Authentication-Results:/gm)).toHaveLength(1);
    expect(mail).not.toContain('dmarc=pass');
    expect(mail).not.toContain('X-Spam');
    send({
      header: 'From: <a@evil-bank.test>\r\nAuthentication-Results: else.test; spf=pass',
      to: ['x@eve.example'],
    });
    expect(await arrived('eve/mail')).toContain('Authentication-Results: else.test');
  });

  it('spam is marked for the account with a filter, and delivered as it is for the other', async () => {
    const to = ['x@bob.example', 'x@eve.example'];
    expect(send({ to, body: GTUBE })).toMatch(/^250/);
    const [marked, plain] = [await arrived('bob/mail'), await arrived('eve/mail')];
    expect(marked).toMatch(
      /^X-Spam-Flag: YES\nX-Spam-Status: Yes, score=10\d\d\.\d\nX-Spam-Score: 10\d\d\d\n/m,
    );
    expect(plain).not.toContain('X-Spam');
    send({ to: ['x@bob.example'] });
    expect(await arrived('bob/mail')).toMatch(/^X-Spam-Flag: NO$/m);
    const search = ['emailtrack_search', 'success=1', 'api.filter.enable=1', 'api.filter.a.field=spamscore'];
    const { stdout } = machine.run('whmapi1', [
      ...['--output=json', ...search, 'api.filter.a.type=gt', 'api.filter.a.arg0=10000'],
    ]);
    expect((JSON.parse(stdout) as { data: { records: unknown[] } }).data.records).not.toEqual([]);
  });

  it('the preferences of an account are its own', async () => {
    uapi(
      'bob',
      'SpamAssassin',
      'update_user_preference',
      'preference=whitelist_from',
      'value=*@evil-bank.test',
    );
    send({ to: ['x@bob.example', 'x@dan.example'] });
    const score = (mail: string) => Number(/^X-Spam-Score: (-?\d+)$/m.exec(mail)?.[1]);
    const [own, others] = [score(await arrived('bob/mail')), score(await arrived('dan/mail'))];
    expect(own).toBeLessThan(-500);
    expect(others).toBeGreaterThan(-100);
    uapi('bob', 'SpamAssassin', 'update_user_preference', 'preference=whitelist_from');
    send({ to: ['x@bob.example'] });
    expect(score(await arrived('bob/mail'))).toBeGreaterThan(-100);
    expect(machine.sh('stat -c %U:%G:%a /etc/spamassassin/whmapi1')).toBe('root:debian-spamd:750\n');
  });

  it('spam goes to a folder, with mail that its sender’s policy wants there, and the folder is emptied', async () => {
    uapi('bob', 'Email', 'add_pop', 'email=box', 'domain=bob.example', `password=${PASSWORD}`);
    uapi('bob', 'Email', 'enable_spam_box');
    send({ to: ['box@bob.example'], body: GTUBE });
    await arrived('bob/mail/bob.example/box/.spam');
    send({ to: ['x@bob.example'], header: 'From: <a@careful.test>' });
    await arrived('bob/mail/.spam');
    send({ to: ['box@bob.example'] });
    await arrived('bob/mail/bob.example/box');
    uapi('bob', 'SpamAssassin', 'clear_spam_box');
    expect(messages('bob/mail/.spam') + messages('bob/mail/bob.example/box/.spam')).toBe('');
    expect(messages('bob/mail/bob.example/box')).not.toBe('');
    uapi('bob', 'Email', 'disable_spam_box');
  });

  it('spam is refused if the account wants it deleted, and deleted if others get it too', async () => {
    uapi('dan', 'Email', 'add_spam_filter', 'required_score=8');
    expect(send({ to: ['x@dan.example', 'y@dan.example'], body: GTUBE })).toMatch(/^550 .*looks like spam/);
    expect(send({ to: ['x@dan.example', 'x@eve.example'], body: GTUBE })).toMatch(/^250/);
    await arrived('eve/mail');
    await until(() => machine.sh('exim4 -bpc').trim() === '0');
    expect(messages('dan/mail')).not.toContain(GTUBE);
    expect(send({ to: ['x@dan.example'] })).toMatch(/^250/);
    await arrived('dan/mail');
  });

  it('a message has at most four accounts with a filter, and the sender tries again for others', () => {
    const users = ['u1', 'u2', 'u3', 'u4', 'u5'];
    for (const user of users) works('createacct', `username=${user}`, `domain=${user}.example`);
    const lines = [
      'EHLO x',
      'MAIL FROM:<a@evil-bank.test>',
      ...users.map((user) => `RCPT TO:<x@${user}.example>`),
    ];
    const { stdout } = machine.run('exim4', ['-oMa', `${STRANGER}.40000`, '-oMi', '192.0.2.1.25', '-bs'], {
      input: [...lines, 'RCPT TO:<y@u1.example>', 'QUIT', ''].join('\r\n'),
    });
    const replies = stdout.split(/\r?\n/).filter((line) => /^\d{3} /.test(line));
    expect(replies.slice(-7).map((line) => line.slice(0, 3))).toEqual([
      ...['250', '250', '250', '250', '452', '250', '221'],
    ]);
  });

  it('no account can ask SpamAssassin itself, which listens nowhere else', () => {
    const script =
      'my $s = IO::Socket::UNIX->new("/run/whmapi1-spamd/socket") or die "refused"; ' +
      'print $s "PING SPAMC/1.2\\r\\n\\r\\n"; print <$s>';
    const ask = (user: string) =>
      machine.run('runuser', ['-u', user, '--', 'perl', '-MIO::Socket::UNIX', '-e', script]);
    expect(ask('Debian-exim').stdout).toContain('PONG');
    expect(ask('eve')).toMatchObject({ stdout: '', stderr: expect.stringContaining('refused') as string });
    expect(machine.sh('stat -c %U:%G:%a /run/whmapi1-spamd/socket')).toBe('debian-spamd:Debian-exim:660\n');
    expect(machine.sh('ss -Hltn sport = :783')).toBe('');
    const processes = 'paste -sd, /sys/fs/cgroup/system.slice/spamd.service/cgroup.procs';
    expect(machine.sh(`ps -o user:20= -p "$(${processes})" | sort -u`)).toBe('debian-spamd\n');
    const names = uapi('bob', 'SpamAssassin', 'get_symbolic_test_names') as { key: string; score: number }[];
    expect(names.length).toBeGreaterThan(500);
    expect(names).toContainEqual(expect.objectContaining({ key: 'GTUBE', score: 1000 }));
  });

  it('mail is not checked and arrives soon while SpamAssassin is stopped, or does not answer', async () => {
    machine.sh('systemctl stop spamd');
    let begun = Date.now();
    expect(send({ to: ['x@bob.example', 'x@dan.example'], body: GTUBE })).toMatch(/^250/);
    expect(Date.now() - begun).toBeLessThan(15_000);
    await arrived('bob/mail');
    await arrived('dan/mail');
    machine.sh('systemctl start spamd');
    await until(() => machine.sh('ss -Hlx src /run/whmapi1-spamd/socket').trim() !== '');
    machine.sh('systemctl kill --signal=STOP spamd');
    begun = Date.now();
    expect(send({ to: ['x@bob.example', 'x@dan.example'], body: GTUBE })).toMatch(/^250/);
    // Exim waits for 20 seconds, once.
    expect(Date.now() - begun).toBeLessThan(35_000);
    machine.sh('systemctl kill --signal=CONT spamd');
    await arrived('dan/mail');
    const huge = `${'x'.repeat(70)}\r\n`.repeat(8_000) + GTUBE;
    expect(send({ to: ['x@dan.example'], body: huge })).toMatch(/^250/);
  });

  it('the administrator can switch both off', async () => {
    works('set_tweaksetting', 'key=skipspamassassin', 'value=1');
    await until(() => machine.sh('cat /etc/exim4/whmapi1/spam/settings').includes('enabled: 0'));
    send({ to: ['x@bob.example'], body: GTUBE });
    expect(await arrived('bob/mail')).not.toContain('X-Spam');
    works('set_tweaksetting', 'key=skipspamassassin', 'value=0');
    await until(() => machine.sh('cat /etc/exim4/whmapi1/spam/settings').includes('enabled: 1'));
    works('set_tweaksetting', 'key=acl_dmarc', 'module=Mail', 'value=0');
    await until(() => machine.sh('cat /etc/exim4/whmapi1/server/settings').includes('dmarc: 0'));
    expect(send({ header: 'From: <a@bank.test>', to: ['x@bob.example'] })).toMatch(/^250/);
    expect(await arrived('bob/mail')).toContain('dmarc=fail header.from=bank.test');
    works('save_spamd_config', 'maxchildren=2');
    expect(machine.sh('systemctl show -p ExecStart --value spamd')).toContain('--max-children=2');
    expect(machine.sh('whmapi1 --doctor || true')).not.toContain('SpamAssassin, “');
  });
});
