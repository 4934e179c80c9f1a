// Webmail on a fresh Debian with the profile STANDARD: a browser reads and writes mail with Roundcube, and everything that
// others must not reach on the way.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isMissing } from '../support/require-tool.ts';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { hostingRoot } from './prepared-roots.ts';
import { until } from './until.ts';

const PASSWORD = 'correct horse battery staple 7';
const SERVER = 'https://127.0.0.1:2096';
/** HTML that tries to be noticed, and to run. See webmail-browser.ts. */
const OFFERS = `From: Shop <news@eve.example>
To: box@bob.example
Subject: Offers
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<html><head><link rel="stylesheet" href="http://127.0.0.1:8099/a.css">
<style>p { background: url(http://127.0.0.1:8099/b.png) } @import "http://127.0.0.1:8099/c.css";</style></head>
<body><h1>Offers</h1><p>Everything is cheaper.</p><img src="http://127.0.0.1:8099/d.png" onerror="alert(1)">
<script>fetch("http://127.0.0.1:8099/e")</script><iframe src="http://127.0.0.1:8099/f"></iframe></body></html>
`;

interface Seen {
  readonly isSafe: boolean;
  readonly trackedUnasked: number;
  readonly identity: string;
  readonly cookies: readonly string[];
  readonly complaints: readonly string[];
}

describeOnMachine('webmail, in this order', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(await hostingRoot());
    writeFileSync(machine.path('/etc/dovecot/local.conf'), 'auth_failure_delay = 0\n');
    machine.sh('systemctl reload dovecot');
    for (const username of ['bob', 'eve'])
      works('createacct', `username=${username}`, `domain=${username}.example`, `password=${PASSWORD}`);
    for (const name of ['box', 'other'])
      email('bob', 'add_pop', `email=${name}`, 'domain=bob.example', `password=${PASSWORD}`);
  });
  afterAll(() => machine.stop());

  function works(name: string, ...words: string[]): Record<string, unknown> {
    const { stdout } = machine.run('whmapi1', ['--output=json', name, ...words]);
    const { metadata, data } = JSON.parse(stdout) as {
      metadata: { result: number; reason: string };
      data: Record<string, unknown>;
    };
    expect([name, metadata.result === 1 ? '' : metadata.reason]).toEqual([name, '']);
    return data;
  }
  function email(user: string, name: string, ...words: string[]): void {
    const { stdout } = machine.run('uapi', ['--output=json', `--user=${user}`, 'Email', name, ...words]);
    const { result } = JSON.parse(stdout) as { result: { errors: string[] | null } };
    expect([name, result.errors]).toEqual([name, null]);
  }
  const count = (folder: string) =>
    Number(machine.sh(`(ls /home/${folder}/new 2>/dev/null || true) | wc -l`));
  const curl = (...words: string[]) => machine.run('curl', ['-sk', '--max-time', '20', ...words]);
  const as = (user: string, script: string) =>
    machine.run('setpriv', [...rights(user), 'bash', '-c', script]);
  const rights = (user: string) => [`--reuid=${user}`, `--regid=${user}`, '--clear-groups'];

  /** The path of a session, whose cookies are in a file of this name. */
  function logIn(user: string, jar: string): string {
    const fields = ['--data-urlencode', `user=${user}`, '--data-urlencode', `pass=${PASSWORD}`];
    const { stdout } = curl('-c', jar, ...fields, `${SERVER}/login/`);
    return (JSON.parse(stdout) as { redirect: string }).redirect;
  }
  const open = (jar: string, path: string) => curl('-L', '-b', jar, '-c', jar, SERVER + path);

  /** A token, as Roundcube gets it. */
  function tokenFor(user: string): { readonly token: string; readonly jar: string; readonly path: string } {
    const jar = `/root/${user}.token-jar`;
    const path = logIn(user, jar);
    const uri = `${SERVER}${path}roundcube/index.php/login/oauth`;
    const query = new URLSearchParams({
      ...{ response_type: 'code', client_id: 'roundcube', state: 'x', redirect_uri: uri },
    });
    const asked = curl('-b', jar, '-D', '-', `${SERVER}${path}authorize?${query.toString()}`).stdout;
    const code = /[?&]code=([\w-]+)/.exec(asked)?.[1] ?? '';
    const secret = machine
      .sh("sed -n 's/^ROUNDCUBE_OAUTH_CLIENT_SECRET=//p' /etc/whmapi1-webmail/secrets.env")
      .trim();
    const form = new URLSearchParams({
      ...{ grant_type: 'authorization_code', client_id: 'roundcube', client_secret: secret },
      ...{ code, redirect_uri: uri },
    });
    const { stdout } = curl('-d', form.toString(), 'http://127.0.0.1:580/token');
    return { token: (JSON.parse(stdout) as { access_token: string }).access_token, jar, path };
  }
  /** The status of curl: 0, or 67 for a refused login. */
  const imap = (user: string, token: string) =>
    curl('--user', user, '--oauth2-bearer', token, '--login-options', 'AUTH=XOAUTH2', 'imaps://127.0.0.1/')
      .status;
  const REFUSED = 67;

  it('a browser reads a message, replies to it, and logs out', async () => {
    if (isMissing('chromium-headless-shell')) return;
    machine.run('exim4', ['-i', '-f', 'news@eve.example', 'box@bob.example'], { input: OFFERS });
    await until(() => count('bob/mail/bob.example/box') === 1);
    email('eve', 'add_pop', 'email=news', 'domain=eve.example', `password=${PASSWORD}`);
    const { stdout, stderr } = spawnSync(
      'nsenter',
      [
        `--net=/proc/${machine.pid}/ns/net`,
        ...[process.execPath, '--import', 'tsx', resolve(__dirname, 'webmail-browser.ts')],
        ...['box@bob.example', PASSWORD],
      ],
      { encoding: 'utf8', timeout: 240_000 },
    );
    expect(stderr).toBe('');
    const { cookies, ...seen } = JSON.parse(stdout) as Seen;
    expect(seen).toEqual({
      ...{ isSafe: true, trackedUnasked: 0, identity: '<box@bob.example>', complaints: [] },
    });
    expect(cookies).not.toContain('webmailsession');
    // By Exim, as the mailbox: its limits count.
    await until(() => count('eve/mail/eve.example/news') === 1);
    expect(machine.sh('grep Re:.Offers /var/log/exim4/mainlog')).toMatch(/ A=xoauth2:box@bob\.example /);
    const sent = 'imaps://127.0.0.1/INBOX.Sent;MAILINDEX=1;SECTION=TEXT';
    expect(curl('--user', `box@bob.example:${PASSWORD}`, sent).stdout).toContain('No, thank you.');
  });

  it('an account reads its own mail, and the second login of a browser is not the first one', () => {
    const jar = '/root/jar';
    expect(open(jar, logIn('box@bob.example', jar)).stdout).toContain('box@bob.example');
    const page = open(jar, logIn('bob', jar)).stdout;
    expect([page.includes('Webmail :: Inbox'), page.includes('box@bob.example')]).toEqual([true, false]);
    const link = new URL(
      works('create_user_session', 'service=webmaild', 'user=other@bob.example').url as string,
    );
    curl('-c', jar, '-b', jar, `${SERVER}${link.pathname}${link.search}`);
    const base = link.pathname.split('/')[1] ?? '';
    expect(open(jar, `/${base}/`).stdout).toContain('other@bob.example');
  });

  it('a token is for its own mailbox, while its session lasts', () => {
    const { token, jar, path } = tokenFor('box@bob.example');
    expect(imap('box@bob.example', token)).toBe(0);
    for (const user of ['other@bob.example', 'bob', 'root', 'news@eve.example', 'box@bob.example@x'])
      expect([user, imap(user, token)]).toEqual([user, REFUSED]);
    expect(imap('box@bob.example', 'A'.repeat(43))).toBe(REFUSED);
    // Neither is a token a password, nor a password a token.
    expect(curl('--user', `box@bob.example:${token}`, 'imaps://127.0.0.1/').status).toBe(REFUSED);
    expect(imap('box@bob.example', PASSWORD)).toBe(REFUSED);
    expect(imap('box@bob.example', token)).toBe(0);
    curl('-b', jar, `${SERVER}${path}logout`);
    expect(imap('box@bob.example', token)).toBe(REFUSED);
    // Passwords are as before.
    expect(curl('--user', `box@bob.example:${PASSWORD}`, 'imaps://127.0.0.1/').status).toBe(0);
    expect(curl('--user', `bob:${PASSWORD}`, 'imaps://127.0.0.1/').status).toBe(0);
    expect(curl('--user', 'bob:wrong', 'imaps://127.0.0.1/').status).toBe(REFUSED);
  });

  /** The page of a new message, as a form of Roundcube’s. @param path of a session. */
  function compose(jar: string, path: string) {
    const page = open(jar, `${path}roundcube/?_task=mail&_action=compose`).stdout;
    const found = (pattern: RegExp) => pattern.exec(page)?.[1] ?? '';
    const ours = { _id: found(/name="_id" value="(\w+)"/), _token: found(/name="_token" value="(\w+)"/) };
    const from = found(/"identities":\{"(\d+)"/);
    const post = (query: Record<string, string>, ...words: string[]) => {
      const url = `${SERVER}${path}roundcube/?${new URLSearchParams({ _task: 'mail', ...query }).toString()}`;
      return curl('-b', jar, '-c', jar, '-w', '%{http_code}', ...words, url).stdout;
    };
    return {
      attach: (file: string) =>
        post(
          { _action: 'upload', _id: ours._id, _uploadid: 'upload1', _remote: '1', _from: 'compose' },
          ...['-F', `_token=${ours._token}`, '-F', `_attachments[]=@${file}`],
        ),
      send: (to: string, subject: string) => {
        const fields = {
          ...ours,
          _action: 'send',
          _from: from,
          _to: to,
          _subject: subject,
          _message: 'Hello',
        };
        return post({ _framed: '1' }, '-d', new URLSearchParams(fields).toString());
      },
    };
  }

  it('sends an attachment of 5 MB, and says which one is too large', async () => {
    machine.sh('cd /root; for size in 37748737 70000000; do truncate -s $size $size.bin; done');
    machine.sh('head -c 5000000 /dev/urandom >/root/5000000.bin');
    const jar = '/root/sender';
    const path = logIn('box@bob.example', jar);
    open(jar, path);
    const { attach, send } = compose(jar, path);
    expect(attach('/root/37748737.bin')).toContain('The uploaded file exceeds the maximum size of 36 MB.');
    expect(attach('/root/70000000.bin')).toBe('{"error":"The body is larger than Roundcube accepts."}413');
    expect(attach('/root/5000000.bin')).toContain('this.add2attachment_list(');
    expect(send('bob@bob.example', 'Large')).toContain('sent_successfully');
    const found = () => machine.sh('grep -rls "^Subject: Large" /home/bob/mail/new || true').trim();
    await until(() => found() !== '');
    // What arrives is what was sent.
    expect(
      machine.sh(`python3 -c '
import email, sys
message = email.message_from_file(open(sys.argv[1]))
files = [part for part in message.walk() if part.get_filename() == "5000000.bin"]
print(files[0].get_payload(decode=True) == open("/root/5000000.bin", "rb").read())' ${found()}`),
    ).toBe('True\n');
  });

  it('follows a new hostname and an upgrade of PHP, with the sessions of browsers', async () => {
    const jar = '/root/follower';
    const path = logIn('box@bob.example', jar);
    open(jar, path);
    const sql = (statement: string) =>
      machine.sh(`sqlite3 -cmd '.timeout 10000' /var/lib/whmapi1/store.db "${statement}"`).trim();
    const pending = () =>
      sql("SELECT count(*) FROM task WHERE kind = 'follow-server' AND state IN ('waiting', 'running')");
    // A follow-up that changes nothing leaves no task, so the file tells whether it has run.
    const follow = async (file: string, expected: string) => {
      sql("UPDATE task_timer SET next_at = 0 WHERE kind = 'follow-server'");
      await until(() => machine.run('grep', ['-qF', '--', expected, file]).status === 0 && pending() === '0');
      expect(compose(jar, path).send('bob@bob.example', 'Followed')).toContain('sent_successfully');
    };
    works('sethostname', 'hostname=web1.fresh.example');
    await follow('/etc/whmapi1-webmail/config.inc.php', "'web1.fresh.example'");
    const arrived = 'H=.web1.fresh.example. .* A=xoauth2:box@bob.example';
    // PHP looks at a changed file every two seconds, so the first messages can still have the former name.
    await until(() => {
      compose(jar, path).send('bob@bob.example', 'Followed');
      return machine.run('grep', ['-q', arrived, '/var/log/exim4/mainlog']).status === 0;
    });
    // As if Debian had replaced the version: its configuration stays.
    const unit = '/etc/systemd/system/whmapi1-webmail.service';
    const rename = (from: string, to: string) =>
      machine.sh(
        `for kind in sbin/php-fpm bin/php; do mv /usr/$kind"${from}" /usr/$kind"${to}"; done; cp -aT /etc/php/8.4 /etc/php/8.9`,
      );
    rename('8.4', '8.9');
    await follow(unit, '/usr/sbin/php-fpm8.9 ');
    const running = machine.sh('readlink /proc/$(systemctl show -P MainPID whmapi1-webmail)/exe');
    expect(running).toBe('/usr/sbin/php-fpm8.9\n');
    rename('8.9', '8.4');
    await follow(unit, '/usr/sbin/php-fpm8.4 ');
  });

  it('address books and settings follow their mailbox: removed with it, and renamed with it', async () => {
    const database = '/var/lib/private/whmapi1-webmail/roundcube.db';
    const sql = (statement: string) =>
      machine.sh(`sqlite3 -cmd '.timeout 20000' ${database} "${statement}"`).trim();
    const contacts = () =>
      sql('SELECT username, name FROM contacts JOIN users USING (user_id) ORDER BY 1, 2').split('\n');
    const use = (login: string) => {
      const jar = `/root/${login}.contacts`;
      expect(open(jar, logIn(login, jar)).stdout).toContain('Webmail :: Inbox');
      return sql(`SELECT user_id FROM users WHERE username = '${login}'`);
    };
    works('createacct', 'username=tim', 'domain=tim.example', `password=${PASSWORD}`);
    for (const name of ['one', 'two'])
      email('tim', 'add_pop', `email=${name}`, 'domain=tim.example', `password=${PASSWORD}`);
    const logins = ['one@tim.example', 'two@tim.example', 'tim'];
    for (const login of logins)
      sql(`INSERT INTO contacts (user_id, name) VALUES (${use(login)}, 'Friend of ${login}')`);
    email('tim', 'delete_pop', 'email=one', 'domain=tim.example');
    email('tim', 'add_pop', 'email=one', 'domain=tim.example', `password=${PASSWORD}`);
    use('one@tim.example');
    expect(contacts()).toEqual(['tim|Friend of tim', 'two@tim.example|Friend of two@tim.example']);
    works('modifyacct', 'user=tim', 'newuser=tom', 'domain=tom.example');
    // By itself, within a minute.
    await until(() => contacts().includes('tom|Friend of tim'));
    expect(contacts()).toEqual(['tom|Friend of tim', 'two@tom.example|Friend of two@tim.example']);
    expect(sql('SELECT email FROM identities ORDER BY 1').split('\n')).toEqual(
      expect.arrayContaining(['tom@tom.example', 'two@tom.example']),
    );
    works('removeacct', 'user=tom');
    await until(() => contacts().join() === '');
    expect(sql("SELECT count(*) FROM users WHERE username LIKE '%tom%' OR username LIKE '%tim%'")).toBe('0');
    expect(machine.run('grep', ['-c', 'Friend of two', database]).stdout).toBe('0\n');
  });

  it('the database is cleaned, and no unit of systemd fails', async () => {
    const database = '/var/lib/private/whmapi1-webmail/roundcube.db';
    const sql = (file: string, statement: string) =>
      machine.sh(`sqlite3 -cmd '.timeout 20000' ${file} "${statement}"`).trim();
    sql(
      database,
      "INSERT INTO session (sess_id, changed, ip, vars) VALUES ('old', '2020-01-01 00:00:00', '192.0.2.9', '')",
    );
    sql(
      database,
      "INSERT INTO contacts (user_id, name, changed, del) SELECT min(user_id), 'Gone', '2020-01-01 00:00:00', 1 FROM users",
    );
    const store = '/var/lib/whmapi1/store.db';
    sql(store, "UPDATE task_timer SET next_at = 0 WHERE kind = 'clean-webmail'");
    const left =
      "SELECT (SELECT count(*) FROM session WHERE sess_id = 'old') + (SELECT count(*) FROM contacts WHERE name = 'Gone')";
    await until(() => sql(database, left) === '0');
    expect(machine.run('systemctl', ['list-timers', '--no-legend', 'roundcube*']).stdout).toBe('');
    expect(machine.run('systemctl', ['list-units', '--failed', '--no-legend', '--plain']).stdout).toBe('');
  });

  it('nobody tries passwords in Roundcube’s own form', () => {
    const jar = '/root/guesser';
    const path = logIn('box@bob.example', jar);
    const tried = (...fields: string[]) =>
      curl(
        ...['-b', jar, '-c', jar, '-D', '-', '-d', '_task=login', '-d', '_action=login'],
        ...[...fields.flatMap((one) => ['--data-urlencode', one]), `${SERVER}${path}roundcube/`],
      ).stdout;
    // The form comes with the answer to a request without its token.
    const [, token = ''] = /name="_token" value="([^"]+)"/.exec(tried('_user=x', '_pass=x')) ?? [];
    expect(token).toMatch(/^\w+$/);
    const answer = tried(`_token=${token}`, '_user=other@bob.example', `_pass=${PASSWORD}`);
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).not.toContain('_task=mail');
    const log = machine.sh('journalctl -u dovecot --no-pager');
    expect(log).toMatch(/user=<other@bob\.example>, method=XOAUTH2/);
    expect(log).not.toMatch(/user=<other@bob\.example>, method=PLAIN/);
  });

  it('a suspension ends the session in Roundcube at once', () => {
    const jar = '/root/suspended';
    const path = logIn('other@bob.example', jar);
    expect(open(jar, path).stdout).toContain('other@bob.example');
    const { token } = tokenFor('other@bob.example');
    email('bob', 'suspend_login', 'email=other@bob.example');
    expect(open(jar, path).stdout).not.toContain('other@bob.example');
    expect(imap('other@bob.example', token)).toBe(REFUSED);
    email('bob', 'unsuspend_login', 'email=other@bob.example');
  });

  it('accounts reach neither Roundcube’s socket and files, nor its secrets, nor take its port', () => {
    for (const script of [
      'cat /etc/whmapi1-webmail/secrets.env',
      'cat /etc/dovecot/conf.d/99-whmapi1-webmail.conf',
      'ls /run/whmapi1-webmail/php.sock',
      'ls /var/lib/whmapi1-webmail/',
      `cat /proc/$(systemctl show -P MainPID whmapi1-webmail)/environ`,
      // A port below 1024.
      `node -e 'require("net").createServer().listen(581,"127.0.0.1").on("error",()=>process.exit(1)).on("listening",()=>process.exit(0))'`,
    ])
      expect([script, as('eve', script).status === 0]).toEqual([script, false]);
    expect(as('eve', 'curl -s -d token=x http://127.0.0.1:580/introspect').stdout).toBe(
      '{"error":"invalid_client"}',
    );
  });

  it('Roundcube reaches this machine alone, as a user of its own', () => {
    const show = (name: string) => machine.sh(`systemctl show -P ${name} whmapi1-webmail`).trim();
    expect([show('DynamicUser'), show('NoNewPrivileges'), show('ProtectSystem')]).toEqual([
      'yes',
      'yes',
      'strict',
    ]);
    const user = machine.sh(`stat -c %u /proc/${show('MainPID')}`).trim();
    expect(Number(user)).toBeGreaterThan(60_000);
    expect(
      machine.sh('stat -c %a:%u /run/whmapi1-webmail /var/lib/private/whmapi1-webmail/roundcube.db'),
    ).toBe(`700:${user}\n600:${user}\n`);
    // Not PHP inside of Apache, which runs as www-data.
    expect(machine.run('dpkg', ['-s', 'libapache2-mod-php8.4']).status).not.toBe(0);
  });

  it('is watched, examined, and removed with its role', async () => {
    const status = () =>
      (
        works('servicestatus', 'service=cpanel_php_fpm').service as { running: number; installed: number }[]
      )[0];
    expect(status()).toMatchObject({ installed: 1, running: 1 });
    machine.sh('systemctl kill --signal=KILL whmapi1-webmail');
    await until(() => status()?.running === 1);
    expect(machine.run('whmapi1', ['--doctor']).stdout).toContain('The role Webmail is configured.');
    machine.sh('echo >>/etc/whmapi1-webmail/php-fpm.conf');
    expect(machine.run('whmapi1', ['--doctor']).stdout).toContain('/etc/whmapi1-webmail/php-fpm.conf');
    machine.sh(`sed -i '$d' /etc/whmapi1-webmail/php-fpm.conf`);
    machine.run('whmapi1', ['--wait', 'start_profile_activation', 'code=DNSNODE']);
    expect(machine.run('systemctl', ['is-active', 'whmapi1-webmail']).status).not.toBe(0);
    expect(
      machine.sh('ls /etc/whmapi1-webmail; (ls /etc/dovecot/conf.d | grep whmapi1-webmail) || true'),
    ).toBe('');
    const { stdout } = open('/root/gone', logIn('bob', '/root/gone'));
    expect(stdout).toContain('This server has no webmail.');
  });
});
