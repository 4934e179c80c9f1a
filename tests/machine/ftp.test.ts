// FTP on a fresh Debian with the profile STANDARD: what its users can do, and what nobody can.
import { writeFileSync } from 'node:fs';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { hostingRoot } from './prepared-roots.ts';
import { until } from './until.ts';

const PASSWORD = 'four unusual words, Xylophone';
const OTHER = 'another four unusual words';

/**
 * A session that sends lines of standard input and prints the responses. Python's client follows any response, so that it
 * can do what curl refuses to do.
 */
const CLIENT = `
import ftplib, io, ssl, sys
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
user, password = sys.argv[1:3]
ftp = ftplib.FTP_TLS(context=context, timeout=30)
ftp.connect('127.0.0.1')
try:
    ftp.login(user, password)
    ftp.prot_p()
except ftplib.all_errors as error:
    print(error)
    sys.exit()
for line in sys.stdin.read().split('\\n'):
    try:
        verb, _, rest = line.partition(' ')
        if verb == 'PUT':
            name, size = rest.split()
            print(ftp.storbinary('STOR ' + name, io.BytesIO(b'x' * int(size))))
        elif verb == 'LIST':
            print(' '.join(sorted(ftp.nlst())))
        elif line:
            print(ftp.sendcmd(line))
    except ftplib.all_errors as error:
        print(str(error).replace('\\n', ' '))
`;

describeOnMachine('FTP, in this order', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(await hostingRoot());
    writeFileSync(machine.path('/root/client.py'), CLIENT);
    writeFileSync(machine.path('/root/password'), PASSWORD, { mode: 0o600 });
    works('createacct', 'username=bob', 'domain=bob.example', '--file=password=/root/password');
    works('createacct', 'username=eve', 'domain=eve.example', '--file=password=/root/password');
    ftp('add_ftp', 'user=web', `pass=${PASSWORD}`, 'homedir=public_html/shop', 'quota=1');
  });
  afterAll(() => machine.stop());

  function works(name: string, ...words: string[]): void {
    const { stdout } = machine.run('whmapi1', ['--output=json', name, ...words]);
    const { metadata } = JSON.parse(stdout) as { metadata: { result: number; reason: string } };
    expect([name, metadata.result === 1 ? '' : metadata.reason]).toEqual([name, '']);
  }

  function ftp(name: string, ...words: string[]): unknown {
    const { stdout } = machine.run('uapi', ['--output=json', '--user=bob', 'Ftp', name, ...words]);
    const { result } = JSON.parse(stdout) as {
      result: { status: number; errors: string[] | null; data: unknown };
    };
    expect([name, result.errors]).toEqual([name, null]);
    return result.data;
  }

  /** The responses to these lines. If the login is refused: why. */
  function session(user: string, password: string, ...lines: string[]): string[] {
    const { stdout, stderr } = machine.run('python3', ['/root/client.py', user, password], {
      input: lines.join('\n'),
    });
    expect(stderr).toBe('');
    return stdout.trim().split('\n');
  }
  const canLogIn = (user: string, password = PASSWORD) =>
    session(user, password, 'NOOP')[0]?.startsWith('200') === true;

  /** curl(1). @returns its exit status, and what it printed. */
  function curl(...words: string[]): [number | null, string] {
    const { status, stdout } = machine.run('curl', ['-sS', '-k', '--max-time', '60', ...words]);
    return [status, stdout];
  }

  it('uploads a file over TLS, as the user of the account, into the folder of the FTP account', () => {
    machine.sh('echo hello >/root/hello.txt');
    const login = ['--ssl-reqd', '-u', `web@bob.example:${PASSWORD}`];
    expect(curl(...login, '-T', '/root/hello.txt', 'ftp://127.0.0.1/index.txt')).toEqual([0, '']);
    expect(curl(...login, 'ftp://127.0.0.1/index.txt')).toEqual([0, 'hello\n']);
    const facts = ['-c', '%U:%G %a', '/home/bob/public_html/shop/index.txt'];
    expect(machine.run('stat', facts).stdout.trim()).toBe('bob:bob 644');
    // The account itself sees its home.
    const own = ['--ssl-reqd', '-u', `bob:${PASSWORD}`];
    expect(curl(...own, 'ftp://127.0.0.1/public_html/shop/index.txt')).toEqual([0, 'hello\n']);
    machine.sh('proftpd --configtest -c /etc/proftpd/proftpd.conf');
  });

  it('five wrong passwords have an address refused, and no other one', async () => {
    // Clients elsewhere: the addresses of this server itself are never refused.
    machine.sh(`
      ip netns add elsewhere
      ip link add inside type veth peer name outside netns elsewhere
      ip address add 198.51.100.1/24 dev inside
      ip link set inside up
      ip -n elsewhere link set outside up
      for host in 88 89; do ip -n elsewhere address add 198.51.100.$host/24 dev outside; done`);
    const status = (address: string, password = PASSWORD) => {
      const words = ['-sk', '--max-time', '20', '--ssl-reqd', '--interface', address, 'ftp://198.51.100.1/'];
      const login = ['-u', `web@bob.example:${password}`];
      return machine.run('ip', ['netns', 'exec', 'elsewhere', 'curl', ...words, ...login]).status;
    };
    expect([status('198.51.100.88'), status('198.51.100.89')]).toEqual([0, 0]);
    for (let guess = 0; guess < 5; guess++) expect(status('198.51.100.88', OTHER)).toBe(67);
    // 8: the greeting is a refusal.
    await until(() => status('198.51.100.88') === 8);
    expect(status('198.51.100.89')).toBe(0);
    for (let guess = 0; guess < 8; guess++) expect(canLogIn('web@bob.example', OTHER)).toBe(false);
    expect(canLogIn('web@bob.example')).toBe(true);
    works('flush_cphulk_login_history');
    await until(() => status('198.51.100.88') === 0);
    works('create_cphulk_record', 'list_name=white', 'ip=198.51.100.89');
    works('create_cphulk_record', 'list_name=black', 'ip=198.51.100.0/24');
    await until(() => status('198.51.100.88') === 8);
    expect(status('198.51.100.89')).toBe(0);
    works('delete_cphulk_record', 'list_name=black', 'ip=198.51.100.0/24');
    works('delete_cphulk_record', 'list_name=white', 'ip=198.51.100.89');
    for (const file of ['/var/log/proftpd/whmapi1-logins.log', '/etc/proftpd/whmapi1-hosts/refused'])
      expect(machine.run('runuser', ['-u', 'eve', '--', 'cat', file]).status).toBe(1);
  });

  it('refuses a login without TLS, a wrong password, users of the system, and visitors', () => {
    const [status, printed] = curl('-u', `bob:${PASSWORD}`, 'ftp://127.0.0.1/');
    expect([status, printed]).toEqual([67, '']);
    machine.sh(
      `printf 'root:%s\\n' "$(cat /root/password)" | chpasswd; useradd -m -g users staff; printf 'staff:%s\\n' "$(cat /root/password)" | chpasswd`,
    );
    for (const [user, password] of [
      ['bob', OTHER],
      ['web@bob.example', OTHER],
      ['web@bob.example', ''],
      ['web', PASSWORD],
      ['root', PASSWORD],
      ['staff', PASSWORD],
      ['anonymous', 'a@b.example'],
      ['ftp', 'a@b.example'],
    ] as const)
      expect([user, canLogIn(user, password)]).toEqual([user, false]);
  });

  it('stays in the folder, whatever links the account makes', () => {
    machine.sh(`runuser -u bob -- bash -euc '
      cd /home/bob/public_html/shop
      ln -s /etc out; ln -s ../.. up; mkdir in; ln -s in link'`);
    const sent = ['CWD out', 'CWD up', 'PWD', 'CWD ../../../../etc', 'PWD', 'CWD /', 'CWD link', 'PWD'];
    expect(session('web@bob.example', PASSWORD, ...sent).map((line) => line.slice(0, 3))).toEqual([
      ...['550', '250', '257', '550', '257', '250', '250', '257'],
    ]);
    expect(session('web@bob.example', PASSWORD, 'CWD up', 'LIST')[1]).toContain('index.txt');
    // A link instead of the folder itself.
    machine.sh(`runuser -u bob -- bash -euc 'cd /home/bob/public_html; mv shop kept; ln -s /etc shop'`);
    expect(canLogIn('web@bob.example')).toBe(false);
    machine.sh(
      `runuser -u bob -- bash -euc 'cd /home/bob; rm public_html/shop; mv public_html real; ln -s real public_html; mv real/kept real/shop'`,
    );
    expect(canLogIn('web@bob.example')).toBe(false);
    machine.sh(`runuser -u bob -- bash -euc 'cd /home/bob; rm public_html; mv real public_html'`);
    expect(canLogIn('web@bob.example')).toBe(true);
  });

  it('sends to no other address than that of the client', () => {
    const sent = ['PORT 192,0,2,1,31,144', 'EPRT |1|192.0.2.1|8080|', 'PORT 127,0,0,1,0,25'];
    for (const line of session('web@bob.example', PASSWORD, ...sent)) expect(line).toMatch(/^500 Illegal/);
  });

  it('keeps to the quota, also with what others wrote, and follows another one at once', () => {
    // ProFTPD may close the connection before the client has sent everything.
    const upload = (bytes: number) =>
      session('web@bob.example', PASSWORD, `PUT big ${bytes}`)[0]?.startsWith('226') === true;
    const used = () => Number(machine.sh('du -sb /home/bob/public_html/shop | cut -f1'));
    expect(upload(900_000)).toBe(true);
    expect(upload(1_200_000)).toBe(false);
    expect(used()).toBeLessThan(1.1 * 2 ** 20);
    machine.sh(`runuser -u bob -- bash -euc '
      cd /home/bob/public_html/shop
      rm -f big
      head -c 900000 /dev/zero >in/other'`);
    expect(upload(900_000)).toBe(false);
    expect(used()).toBeLessThan(1.1 * 2 ** 20);
    ftp('set_quota', 'user=web', 'quota=3');
    expect(upload(900_000)).toBe(true);
    ftp('set_quota', 'user=web', 'kill=1');
    expect(upload(4_000_000)).toBe(true);
  });

  it('lists a session, ends it, and ends that of a former password', () => {
    const begin = () =>
      machine.sh(`
        rm -f /root/hold; mkfifo /root/hold
        (sleep 60 >/root/hold 2>/dev/null &) ; setsid python3 /root/client.py web@bob.example '${PASSWORD}' </root/hold >/dev/null 2>&1 &
        for _ in $(seq 100); do pgrep -u bob proftpd >/root/pid && break; sleep 0.1; done; cat /root/pid`);
    const isOver = () =>
      machine.sh(
        'for _ in $(seq 50); do pgrep -u bob proftpd >/dev/null || { echo over; exit; }; sleep 0.1; done',
      );
    const pid = Number(begin());
    const [one] = ftp('list_sessions') as Record<string, unknown>[];
    expect(one).toMatchObject({ pid, user: 'web@bob.example', host: '127.0.0.1', status: 'IDLE', file: '' });
    // The other account cannot see it with ProFTPD’s own tool either.
    const peek = 'ftpwho -v 2>&1; cat /run/proftpd.scoreboard /etc/proftpd/whmapi1/scoreboard 2>&1';
    expect(machine.sh(`runuser -u eve -- sh -c '${peek}' || true`)).not.toMatch(/web@bob|127\.0\.0\.1/);
    expect(machine.sh('ftpwho -v')).toContain('web@bob.example');
    expect(machine.run('uapi', ['--user=eve', 'Ftp', 'kill_session', `login=${pid}`]).stdout).toContain(
      'no FTP session with the process ID',
    );
    expect(ftp('list_sessions')).toHaveLength(1);
    ftp('kill_session', `login=${pid}`);
    expect(isOver()).toBe('over\n');
    begin();
    ftp('passwd', 'user=web', `pass=${OTHER}`);
    expect(isOver()).toBe('over\n');
    expect([canLogIn('web@bob.example'), canLogIn('web@bob.example', OTHER)]).toEqual([false, true]);
  });

  it('follows the password of the account, also if root sets it by hand', () => {
    machine.sh(`printf 'bob:%s\\n' '${OTHER}' | chpasswd`);
    expect([canLogIn('bob'), canLogIn('bob', OTHER)]).toEqual([false, true]);
    machine.sh('usermod --lock bob');
    expect(canLogIn('bob', OTHER)).toBe(false);
    machine.sh('usermod --unlock bob');
    expect(canLogIn('bob', OTHER)).toBe(true);
  });

  it('lets visitors read the public folder once the account allows it, and nothing else', () => {
    ftp('set_welcome_message', 'message=Hello, visitor');
    ftp('set_anonymous_ftp', 'set=1');
    ftp('set_anonymous_ftp_incoming', 'set=1');
    machine.sh(`runuser -u bob -- bash -euc 'echo public >/home/bob/public_ftp/a.txt'`);
    const visitor = 'anonymous@bob.example';
    const put = session(
      visitor,
      'x',
      'LIST',
      'PUT new 10',
      'PUT incoming/new 10',
      'RETR incoming/new',
      'DELE a.txt',
    );
    expect(put[0]).toContain('a.txt');
    expect(put.slice(1).map((line) => line.slice(0, 3))).toEqual(['550', '226', '550', '550']);
    expect(machine.run('stat', ['-c', '%U', '/home/bob/public_ftp/incoming/new']).stdout.trim()).toBe('bob');
    // The login of the account still needs its password, and sees its home.
    expect(canLogIn('bob', 'x')).toBe(false);
    expect(session('bob', OTHER, 'LIST')[0]).toContain('public_html');
    expect(canLogIn('anonymous@eve.example', 'x')).toBe(false);
    machine.sh(`runuser -u bob -- bash -euc 'cd /home/bob; mv public_ftp kept; ln -s /etc public_ftp'`);
    expect(session(visitor, 'x', 'LIST')[0]).not.toContain('passwd');
    machine.sh(`runuser -u bob -- bash -euc 'cd /home/bob; rm public_ftp; mv kept public_ftp'`);
    ftp('set_anonymous_ftp', 'set=0');
    expect(canLogIn(visitor, 'x')).toBe(false);
  });

  it('refuses a suspended account at once, and one that is gone', () => {
    works('suspendacct', 'user=bob', 'leave-ftp-accts-enabled=1');
    expect([canLogIn('bob', OTHER), canLogIn('web@bob.example', OTHER)]).toEqual([false, true]);
    works('unsuspendacct', 'user=bob');
    works('suspendacct', 'user=bob');
    expect([canLogIn('bob', OTHER), canLogIn('web@bob.example', OTHER)]).toEqual([false, false]);
    works('unsuspendacct', 'user=bob');
    expect([canLogIn('bob', OTHER), canLogIn('web@bob.example', OTHER)]).toEqual([true, true]);
    works('modifyacct', 'user=bob', 'newuser=rob', 'domain=rob.example');
    expect(['rob', 'web@rob.example', 'bob', 'web@bob.example'].map((user) => canLogIn(user, OTHER))).toEqual(
      [...[true, true, false, false]],
    );
    works('removeacct', 'user=rob');
    expect([canLogIn('rob', OTHER), canLogIn('web@rob.example', OTHER)]).toEqual([false, false]);
    expect(canLogIn('eve')).toBe(true);
  });

  it('leaves a configuration that somebody has edited as it is', () => {
    machine.sh('echo "# by hand" >>/etc/proftpd/proftpd.conf');
    const { stdout, stderr } = machine.run('whmapi1', [
      '--wait',
      'start_profile_activation',
      'code=STANDARD',
    ]);
    expect(stdout + stderr).toContain('“/etc/proftpd/proftpd.conf” was edited by hand');
    expect(machine.sh('tail -1 /etc/proftpd/proftpd.conf')).toBe('# by hand\n');
  });
});
