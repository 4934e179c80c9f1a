// Websites on a fresh Debian with the profile STANDARD: from createacct to a page, and what accounts can see of each
// other.
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { buildSync } from 'esbuild';
import type { Outcome } from '../attack/isolation/attack.ts';
import { atTime } from './clock.ts';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { hostingRoot } from './prepared-roots.ts';
import { waitUntilServed } from './served.ts';
import { until } from './until.ts';

interface Envelope {
  readonly metadata: { readonly result: number; readonly reason: string };
  readonly data?: Readonly<Record<string, unknown>>;
}

const PASSWORD = 'correct horse battery staple 7';
const DAY_MS = 86_400_000;
const VISITOR = '/root/visit-client.cjs';
const VISITS = '/root/visits.json';

describeOnMachine('websites, in this order', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(await hostingRoot());
  });
  afterAll(() => machine.stop());

  function call(name: string, ...words: string[]): Envelope {
    const { stdout } = machine.run('whmapi1', ['--output=json', name, ...words]);
    return JSON.parse(stdout) as Envelope;
  }
  const works = (name: string, ...words: string[]) => {
    const { result, reason } = call(name, ...words).metadata;
    expect([name, result === 1 ? '' : reason]).toEqual([name, '']);
  };
  const create = (username: string, domain = `${username}.example`) => {
    works('createacct', `username=${username}`, `domain=${domain}`, `password=${PASSWORD}`);
    waitUntilServed(machine, domain);
  };
  /** The status and the body that a visitor gets. */
  const visit = (host: string, path = '/', ...words: string[]) =>
    machine
      .run('curl', [
        ...['-sk', '--max-time', '20', '-w', '\n%{http_code}', ...words],
        ...['--resolve', `${host}:80:127.0.0.1`, '--resolve', `${host}:443:127.0.0.1`],
        path.startsWith('https:') || path.startsWith('http:') ? path : `http://${host}${path}`,
      ])
      .stdout.trim();
  /** Writes a file as an account. */
  const put = (username: string, path: string, text: string, mode = '644') => {
    const script = 'umask 022; mkdir -p "$(dirname "$1")"; cat >"$1"; chmod "$2" "$1"';
    const words = ['-u', username, '--', 'bash', '-euc', script, 'put', `/home/${username}/${path}`, mode];
    expect(machine.run('runuser', words, { input: text })).toMatchObject({ status: 0 });
  };

  /** The options of installssl for files of the authority that a test makes. */
  const files = (crt: string, key: string, cab = 'middle') => [
    ...['--file', `crt=/root/ca/${crt}.pem`, '--file', `key=/root/ca/${key}.key`],
    ...['--file', `cab=/root/ca/${cab}.pem`],
  ];
  /** The status that a client gets which trusts the authority. 000 if it refuses the certificate. */
  const verified = (user: string) =>
    machine.run('curl', [
      ...['-s', '--cacert', '/root/ca/root.pem', '--max-time', '20', '-o', '/dev/null', '-w', '%{http_code}'],
      ...['--resolve', `${user}.example:443:127.0.0.1`, `https://${user}.example/secret.txt`],
    ]).stdout;
  /** The fingerprint of the certificate that Apache shows. */
  const shown = (host: string) =>
    machine.sh(
      `openssl s_client -connect 127.0.0.1:443 -servername ${host} </dev/null 2>/dev/null |
        openssl x509 -noout -fingerprint -sha256`,
    );
  const fingerprint = (name: string) =>
    machine.sh(`openssl x509 -noout -fingerprint -sha256 -in /root/ca/${name}.pem`);

  /** Bundles a program of the attack suites. @returns its path in the machine. */
  const scriptInside = (name: string) => {
    const path = `/root/${name}.cjs`;
    const entryPoints = [`tests/attack/isolation/${name}.ts`];
    buildSync({ entryPoints, outfile: machine.path(path), bundle: true, platform: 'node', format: 'cjs' });
    return path;
  };

  it('are served over HTTP, HTTPS and HTTP/2 soon after createacct returns', () => {
    create('bob');
    put('bob', 'public_html/index.html', 'the page of bob\n');
    expect(visit('bob.example')).toBe('the page of bob\n\n200');
    expect(visit('www.bob.example')).toBe('the page of bob\n\n200');
    expect(visit('bob.example', 'https://bob.example/')).toBe('the page of bob\n\n200');
    const version = visit('bob.example', 'https://bob.example/', '-o', '/dev/null', '-w', '%{http_version}');
    expect(version).toBe('2');
    expect(visit('unknown.example')).toBe(
      'There is no website at this address yet. A new website appears within a minute.\n404',
    );
    expect(machine.sh('runuser -u bob -- cat /home/bob/access-logs/bob.example.log')).toContain(
      '"GET / HTTP',
    );
    expect(machine.sh('stat -c %U /home/bob/access-logs')).toBe('bob\n');
  });

  it('have service subdomains, which a tweak setting takes away and gives back', async () => {
    const target = (url: string) => visit(new URL(url).host, url, '-o', '/dev/null', '-w', '%{redirect_url}');
    expect(target('http://cpanel.bob.example/')).toBe('https://cpanel.bob.example:2083/');
    expect(target('https://webmail.bob.example/')).toBe('https://webmail.bob.example:2096/');
    expect(target('https://whm.bob.example/a')).toBe('');
    works('setupreseller', 'user=bob');
    await until(() => target('https://whm.bob.example/a') === 'https://whm.bob.example:2087/a');
    works('unsetupreseller', 'user=bob');
    await until(() => target('https://whm.bob.example/a') === '');
    works('set_tweaksetting', 'key=proxysubdomains', 'value=0');
    await until(() => target('http://cpanel.bob.example/') === '');
    expect(visit('cpanel.bob.example')).toBe(
      'There is no website at this address yet. A new website appears within a minute.\n404',
    );
    works('set_tweaksetting', 'key=proxysubdomains', 'value=1');
    await until(() => target('http://cpanel.bob.example/') === 'https://cpanel.bob.example:2083/');
    expect(visit('bob.example')).toBe('the page of bob\n\n200');
  });

  it('accept only modern TLS', () => {
    const shake = (...words: string[]) =>
      machine.run('openssl', [
        's_client',
        '-connect',
        '127.0.0.1:443',
        '-servername',
        'bob.example',
        ...words,
      ]).stdout;
    expect(shake('-tls1_3')).toContain('Protocol: TLSv1.3');
    expect(shake('-tls1_2')).toContain('Protocol: TLSv1.2');
    expect(shake('-tls1_2', '-cipher', 'AES128-SHA:AES256-GCM-SHA384')).toContain('Cipher is (NONE)');
    expect(shake('-tls1_1', '-cipher', 'ALL:@SECLEVEL=0')).toContain('Cipher is (NONE)');
  });

  it('can have a front controller, and keep own directives', () => {
    put(
      'bob',
      'public_html/.htaccess',
      'Options +FollowSymLinks\nRewriteEngine On\nRewriteRule ^nice/ index.html [L]\n',
    );
    machine.sh(`mkdir -p /etc/apache2/whmapi1/custom/bob
      echo 'Header set X-Own yes' >/etc/apache2/whmapi1/custom/bob/own.conf
      systemctl reload apache2`);
    works('modifyacct', 'user=bob', 'HASCGI=1', 'QUOTA=500');
    works('suspendacct', 'user=bob');
    works('unsuspendacct', 'user=bob');
    expect(visit('bob.example', '/nice/path')).toBe('the page of bob\n\n200');
    expect(visit('bob.example', '/', '-I')).toMatch(/^x-own: yes\r?$/im);
  });

  it('run CGI programs as their account', () => {
    put(
      'bob',
      'public_html/cgi-bin/id.cgi',
      '#!/bin/sh\necho Content-Type: text/plain\necho\nid -un\n',
      '755',
    );
    expect(visit('bob.example', '/cgi-bin/id.cgi')).toBe('bob\n\n200');
  });

  it('answer 503 while their account is suspended, and keep their files', () => {
    works('suspendacct', 'user=bob', 'reason=unpaid');
    expect(visit('bob.example')).toMatch(/Account suspended[^]*503$/);
    expect(visit('bob.example', 'https://bob.example/cgi-bin/id.cgi')).toMatch(/503$/);
    expect(visit('bob.example', '/', '-d', 'x=1')).toMatch(/503$/);
    machine.sh('echo proof >/var/lib/whmapi1-acme/token');
    expect(visit('bob.example', '/.well-known/acme-challenge/token')).toBe('proof\n\n200');
    works('unsuspendacct', 'user=bob');
    expect(visit('bob.example')).toBe('the page of bob\n\n200');
  });

  it('follow a new domain and a new name of their account', () => {
    // As in accounts of earlier versions.
    machine.sh('rm /home/bob/access-logs');
    works('modifyacct', 'user=bob', 'DNS=bob.test');
    expect(visit('bob.test')).toBe('the page of bob\n\n200');
    expect(machine.sh('readlink /home/bob/access-logs; stat -c %U /home/bob/access-logs')).toBe(
      '/var/log/whmapi1-domlogs/bob\nbob\n',
    );
    expect(visit('bob.example')).toMatch(/404$/);
    works('modifyacct', 'user=bob', 'newuser=robert');
    expect(visit('bob.test')).toBe('the page of bob\n\n200');
    const log = 'access-logs/bob.example.log';
    expect(machine.sh(`runuser -u robert -- cat /home/robert/${log}`)).toContain('"GET / HTTP');
    works('modifyacct', 'user=robert', 'newuser=bob', 'DNS=bob.example');
    expect(visit('bob.example')).toBe('the page of bob\n\n200');
    expect(visit('bob.example', '/cgi-bin/id.cgi')).toBe('bob\n\n200');
  });

  it('answer as before or 503 to each request while their account is renamed', () => {
    put('bob', 'public_html/user.php', '<?php echo get_current_user();\n');
    for (const [from, to] of [
      ['bob', 'robert'],
      ['robert', 'bob'],
    ] as const) {
      const text = machine.sh(`
        visit() {
          while [ -e /tmp/visiting ]; do
            curl -sk --max-time 20 --resolve bob.example:80:127.0.0.1 --resolve bob.example:443:127.0.0.1 \
              -o /dev/null -w '%{http_code} %header{retry-after}\\n' "$1"
          done
        }
        touch /tmp/visiting
        visit http://bob.example/ >/tmp/file & one=$!
        visit https://bob.example/user.php >/tmp/php & other=$!
        sleep 1
        whmapi1 modifyacct user=${from} newuser=${to} >/tmp/renamed
        sleep 1
        rm /tmp/visiting
        wait $one $other
        cat /tmp/renamed
        for kind in file php; do sort /tmp/$kind | uniq -c | sed "s/^ */$kind /"; done`);
      expect(text).toMatch(/result: 1/);
      const answers = [...text.matchAll(/^(file|php) \d+ (.*?) *$/gm)].map(
        ([, kind, rest]) => `${kind} ${rest}`,
      );
      expect(answers).toEqual(['file 200', 'file 503 10', 'php 200', 'php 503 10']);
      expect(visit('bob.example', '/user.php')).toBe(`${to}\n200`);
    }
  });

  it('of one account are closed to others: files, links, programs and logs', () => {
    create('alice');
    put('alice', 'public_html/secret.txt', 'the secret of alice\n');
    put('alice', 'public_html/config.php', '<?php $password = "the secret of alice";\n');
    expect(visit('alice.example', '/secret.txt')).toMatch(/200$/);
    visit('alice.example', '/?the-secret-of-alice');
    machine.sh(`cd /home/bob/public_html
      runuser -u bob -- ln -s /home/alice/public_html/secret.txt secret.txt
      runuser -u bob -- ln -s /home/alice/public_html alice
      runuser -u bob -- ln -s /var/log/whmapi1-domlogs/alice/alice.example.log log.txt
      runuser -u bob -- ln -s /etc/passwd passwd.txt`);
    const paths = ['/secret.txt', '/alice/secret.txt', '/alice/config.php', '/log.txt', '/passwd.txt'];
    for (const options of ['', 'Options FollowSymLinks\n', 'Options All -SymLinksIfOwnerMatch\n']) {
      put('bob', 'public_html/.htaccess', options);
      for (const path of paths) expect(visit('bob.example', path)).toMatch(/403$/);
    }
    put(
      'bob',
      'public_html/cgi-bin/attack.cgi',
      `#!/bin/sh
echo Content-Type: text/plain
echo
cat /home/alice/public_html/* /home/alice/.bash* /var/log/whmapi1-domlogs/alice/* 2>/dev/null
ls /home/alice /home/alice/public_html /var/log/whmapi1-domlogs /var/log/apache2 /etc/apache2/whmapi1/accounts 2>/dev/null
cat /var/log/apache2/* /etc/apache2/whmapi1/accounts/* /etc/ssl/whmapi1/sites/* 2>/dev/null
cat /var/log/whmapi1-domlogs/bob/bob.example.log >/dev/null && echo own
`,
      '755',
    );
    expect(visit('bob.example', '/cgi-bin/attack.cgi')).toBe('own\n\n200');
  });

  it('do not run the program of another account', () => {
    put(
      'alice',
      'public_html/cgi-bin/id.cgi',
      '#!/bin/sh\necho Content-Type: text/plain\necho\nid -un\n',
      '755',
    );
    machine.sh(
      'runuser -u bob -- ln -s /home/alice/public_html/cgi-bin/id.cgi /home/bob/public_html/cgi-bin/alice.cgi',
    );
    expect(visit('bob.example', '/cgi-bin/alice.cgi')).toMatch(/(?:403|500)$/);
  });

  it('run PHP as their account, also behind a front controller', () => {
    const script =
      '<?php echo trim(shell_exec("id -un")), " ", $_SERVER["REQUEST_URI"], " ", $_SERVER["HTTPS"] ?? "", "\n";';
    put('bob', 'public_html/index.php', script);
    put(
      'bob',
      'public_html/.htaccess',
      'DirectoryIndex index.php\nRewriteEngine On\nRewriteBase /\nRewriteRule ^index\\.php$ - [L]\n' +
        'RewriteCond %{REQUEST_FILENAME} !-f\nRewriteCond %{REQUEST_FILENAME} !-d\nRewriteRule . /index.php [L]\n',
    );
    expect(visit('bob.example', '/2026/a-post?p=1')).toBe('bob /2026/a-post?p=1 \n\n200');
    expect(visit('bob.example', 'https://bob.example/')).toBe('bob / on\n\n200');
    put('bob', 'public_html/.htaccess', '');
  });

  it('of one account are closed to the PHP of others', () => {
    put(
      'bob',
      'public_html/attack.php',
      `<?php
foreach (['/home/alice/public_html/secret.txt', '/etc/passwd', '/var/log/whmapi1-domlogs/alice/alice.example.log'] as $file) {
  echo @file_get_contents($file);
  echo @file_get_contents("/home/bob/public_html/../../../$file");
}
echo shell_exec('cat /home/alice/public_html/secret.txt /var/log/whmapi1-domlogs/alice/* /etc/ssl/whmapi1/sites/* 2>/dev/null');
echo "end\n";
`,
    );
    expect(visit('bob.example', '/attack.php')).toBe('end\n\n200');
  });

  it('cannot have the PHP of another account run their own code', () => {
    put('bob', 'public_html/evil.php', '<?php echo "ran as ", trim(shell_exec("id -un")), "\n";');
    put('bob', 'public_html/private.php', '<?php echo "of bob\n";');
    // Even if the other account's PHP could read it.
    machine.sh('chmod 755 /home/bob /home/bob/public_html');
    const [socket] = machine.sh('find /run -name "*alice.example.sock"').split('\n');
    expect(socket).toMatch(/^\/run\//);
    const evil = '/home/bob/public_html/evil.php';
    const settings = `SetEnv PHP_VALUE "auto_prepend_file=${evil}"\nSetEnv PHP_ADMIN_VALUE "open_basedir=/"\n`;
    const set = `ProxyFCGISetEnvIf "true" PHP_ADMIN_VALUE "open_basedir=/"\n`;
    const variables = '[P,E=PHP_ADMIN_VALUE:open_basedir=/,E=PHP_VALUE:auto_prepend_file=' + evil + ']';
    for (const lines of [
      `SetHandler "proxy:unix:${socket}|fcgi://localhost"\n`,
      `RewriteEngine On\nRewriteRule . "unix:${socket}|fcgi://localhost${evil}" ${variables}\n`,
      `RewriteEngine On\nRewriteRule . "unix:${socket}|fcgi://localhost/home/alice/public_html/config.php" ${variables}\n`,
      `RewriteEngine On\nRewriteRule . - [H=proxy:unix:${socket}|fcgi://localhost]\n`,
    ]) {
      put('bob', 'public_html/.htaccess', `${settings}${set}${lines}`);
      expect(visit('bob.example', '/evil.php')).not.toContain('ran as alice');
    }
    // The same settings for the own PHP have no effect either.
    put('bob', 'public_html/.htaccess', `${settings}${set}`);
    expect(visit('bob.example', '/private.php')).toBe('of bob\n\n200');
    put('bob', 'public_html/.htaccess', '');
    machine.sh('chmod 711 /home/bob; chmod 750 /home/bob/public_html');
  });

  it('do not reach each other, also not with any of many lines of .htaccess', () => {
    create('mallory');
    create('victor');
    const attack = machine.sh(`node ${scriptInside('attack')} mallory victor 8.4`);
    const { attempts, open, failed } = JSON.parse(attack) as Outcome;
    expect(attempts).toBeGreaterThan(800);
    expect({ open, failed }).toEqual({ open: [], failed: [] });
  });

  it('are changed by the confined server as well', () => {
    const { data } = call('api_token_create', 'token_name=web');
    const token = String(data?.token);
    machine.sh('systemctl start whmapi1d');
    const answer = machine.run('curl', [
      ...['-sk', '-H', `Authorization: whm root:${token}`],
      'https://127.0.0.1:2087/json-api/createacct?api.version=1&username=carol&domain=carol.example',
    ]).stdout;
    expect((JSON.parse(answer) as Envelope).metadata).toMatchObject({ result: 1 });
    put('carol', 'public_html/index.html', 'the page of carol\n');
    waitUntilServed(machine, 'carol.example');
    expect(visit('carol.example')).toBe('the page of carol\n\n200');
  });

  it('that an earlier version wrote are written again by the upgraded server', async () => {
    // Without the lines that have a new account wait for its pool.
    const written = () =>
      machine.sh(`cd /etc; dpkg-divert --list | sort
        grep -vE 'waiting|If(Define|File)' apache2/whmapi1/accounts/*
        sha256sum apache2/conf-enabled/whmapi1.conf php/8.4/fpm/pool.d/*
        ls apache2/mods-enabled; stat -c "%U %G %a %n" /run/whmapi1-php/8.4-*`);
    const before = written();
    machine.sh(`systemctl stop whmapi1d; node ${scriptInside('earlier-form')} 8.4`);
    expect(written()).not.toBe(before);
    const findings = machine.run('whmapi1', ['--doctor']).stdout;
    expect(findings).toMatch(/earlier version has written the files[^]*The pool “www”/);
    // What an earlier version has written is not reported as a fault of each role.
    expect(findings).toMatch(/note +Roles +The files of the roles have the form of an earlier version/);
    const process = machine.sh('systemctl show --property=MainPID --value apache2');
    machine.sh('systemctl start whmapi1d');
    await until(() =>
      /renew-role-files.*done|done.*renew-role-files/.test(machine.run('whmapi1', ['--tasks']).stdout),
    );
    expect(written()).toBe(before);
    // A reload is enough, also for modules, and no visitor notices it.
    expect(machine.sh('systemctl show --property=MainPID --value apache2')).toBe(process);
    expect(machine.run('whmapi1', ['--doctor']).stdout).not.toMatch(/earlier version|The pool “www”/);
    expect(machine.sh('stat -c "%U %G %a" /run/whmapi1-php/8.4-mallory.example.sock')).toBe(
      'root whmapi1-web 660\n',
    );
  });

  it('never have PHP inside of Apache: the role disables the module and its process model', () => {
    // Without the package: Debian's file would load the module.
    machine.sh(`echo '# Depends: mpm_prefork' >/etc/apache2/mods-available/php8.4.load
      a2dismod -q mpm_event; a2enmod -q mpm_prefork php8.4; systemctl restart apache2`);
    const findings = machine.run('whmapi1', ['--doctor']).stdout;
    const [command] = /whmapi1 --wait start_profile_activation .*/.exec(findings) ?? [''];
    expect(findings).toContain('Apache has the module php8.4, which runs the PHP programs of every account');
    machine.sh('rm /etc/ssl/private/ssl-cert-snakeoil.key');
    machine.sh(command);
    expect(machine.sh('ls /etc/apache2/mods-enabled')).not.toMatch(/php|prefork/);
    // The activation also makes the certificate without which Apache would not have started again.
    expect(machine.sh('stat -c "%U %G %a" /etc/ssl/private/ssl-cert-snakeoil.key')).toBe(
      'root ssl-cert 640\n',
    );
    expect(machine.run('whmapi1', ['--tasks']).stdout).toContain('activate-profile');
    expect(visit('bob.example')).toBe('the page of bob\n\n200');
    machine.sh('rm /etc/apache2/mods-available/php8.4.load');
  });

  it('have certificates of their own, which clients verify, and whose keys only root can read', () => {
    machine.sh(`mkdir -m 700 /root/ca; cd /root/ca
      key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
      openssl req -x509 $key -keyout root.key -out root.pem -subj '/CN=Test Root' -days 30
      openssl req $key -keyout middle.key -out middle.csr -subj '/CN=Test Intermediate'
      echo basicConstraints=critical,CA:TRUE >middle.ext
      openssl x509 -req -in middle.csr -CA root.pem -CAkey root.key -days 20 -extfile middle.ext -out middle.pem
      for user in bob alice; do
        openssl req $key -keyout $user.key -out $user.csr -subj "/CN=$user.example"
        echo "subjectAltName=DNS:$user.example,DNS:www.$user.example" >$user.ext
        openssl x509 -req -in $user.csr -CA middle.pem -CAkey middle.key -days 10 -extfile $user.ext -out $user.pem
      done`);
    expect(verified('alice')).toBe('000');
    works('installssl', 'domain=bob.example', ...files('bob', 'bob'));
    works('installssl', 'domain=www.alice.example', ...files('alice', 'alice'));
    expect([verified('bob'), verified('alice')]).toEqual(['403', '200']);
    const { metadata } = call('installssl', 'domain=bob.example', ...files('bob', 'alice'));
    expect(metadata.reason).toMatch(/^The key does not belong to the certificate “bob\.example”\./);
    expect([verified('bob'), verified('alice')]).toEqual(['403', '200']);
    const { data } = call('fetchsslinfo', 'domain=alice.example');
    expect(data).toMatchObject({ user: 'alice', crt: machine.sh('cat /root/ca/alice.pem') });
    const facts = machine.sh("cd /etc/ssl/whmapi1/sites && stat -c '%U %a' . *");
    expect(new Set(facts.trim().split('\n'))).toEqual(new Set(['root 700', 'root 600']));
  });

  it('keep their certificate if another is refused, and the reason says why', () => {
    machine.sh(`cd /root/ca
      openssl req -newkey rsa:1024 -nodes -keyout weak.key -out weak.csr -subj '/CN=Weak Intermediate'
      openssl x509 -req -in weak.csr -CA root.pem -CAkey root.key -days 10 -extfile middle.ext -out weak.pem
      openssl x509 -req -in bob.csr -CA weak.pem -CAkey weak.key -days 10 -extfile bob.ext -out of-weak.pem
      sed 's/^MII/MIJ/' bob.pem >changed.pem`);
    const state = () =>
      machine.sh('cd /etc; sha256sum apache2/whmapi1/accounts/* ssl/whmapi1/sites/*') +
      JSON.stringify(['bob', 'alice'].map((user) => call('fetchsslinfo', `domain=${user}.example`).data));
    const before = { state: state(), bob: fingerprint('bob'), alice: fingerprint('alice') };
    // tests/capabilities/certificates/rules/checked.test.ts has all the others.
    const refused: readonly (readonly [string[], RegExp])[] = [
      // Apache would end when it reads this.
      [
        files('of-weak', 'bob', 'weak'),
        /^The CA certificate “Weak Intermediate” cannot be used\. The RSA key has 1024 bits/,
      ],
      [files('bob', 'alice'), /^The key does not belong to the certificate “bob\.example”\./],
      [files('changed', 'bob'), /“crt”/],
    ];
    for (const [words, reason] of refused) {
      const { metadata } = call('installssl', 'domain=bob.example', ...words);
      expect([words, metadata]).toEqual([
        words,
        expect.objectContaining({ result: 0, reason: expect.stringMatching(reason) as string }),
      ]);
    }
    expect({ state: state(), bob: shown('bob.example'), alice: shown('alice.example') }).toEqual(before);
  });

  it('whose certificate expires are served with it until the next, and stop neither Apache nor others', () => {
    machine.sh(`cd /root/ca
      dates="-not_before $(date -d '20 days ago' +%Y%m%d)000000Z -not_after $(date -d '5 days ago' +%Y%m%d)000000Z"
      openssl x509 -req -in middle.csr -CA root.pem -CAkey root.key $dates -extfile middle.ext -out middle-then.pem
      openssl x509 -req -in bob.csr -CA middle.pem -CAkey middle.key $dates -extfile bob.ext -out then.pem`);
    const installedThen = (user: string, words: string[]) => {
      const { stdout } = machine.run(
        'whmapi1',
        ['--output=json', 'installssl', `domain=${user}.example`, ...words],
        { env: atTime(Date.now() - 10 * DAY_MS) },
      );
      expect(JSON.parse(stdout)).toMatchObject({ metadata: { result: 1 } });
    };
    installedThen('bob', files('then', 'bob', 'middle-then'));
    machine.sh('systemctl restart apache2');
    create('frank');
    for (const word of ['suspendacct', 'unsuspendacct']) works(word, 'user=bob');
    expect(shown('bob.example')).toBe(fingerprint('then'));
    expect(visit('bob.example', 'https://bob.example/')).toMatch(/200$/);
    expect(
      machine.run('curl', [
        ...['-s', '--cacert', '/root/ca/root.pem', '--resolve', 'bob.example:443:127.0.0.1'],
        'https://bob.example/',
      ]).status,
    ).toBe(60);
    expect(verified('alice')).toBe('200');
    expect(call('fetch_ssl_vhosts').metadata.result).toBe(1);
    works('removeacct', 'username=frank');
    works('installssl', 'domain=bob.example', ...files('bob', 'bob'));
    expect(verified('bob')).toBe('403');
  });

  it('answer every request of a visitor while accounts are made, changed and removed', async () => {
    put('alice', 'public_html/page.php', '<?php echo "a page\\n";');
    copyFileSync(resolve('scripts/bench/visit-client.cjs'), machine.path(VISITOR));
    const reloads = () => Number(machine.sh('grep -c AH00493 /var/log/apache2/error.log || true'));
    const before = reloads();
    const restarts = () => machine.sh('systemctl show --value --property=NRestarts apache2 php8.4-fpm');
    const restartsBefore = restarts();
    const words = { host: 'alice.example', paths: ['/secret.txt', '/page.php'], everyMs: 10, result: VISITS };
    machine.run('systemd-run', [
      '--quiet',
      '--unit=visitor',
      '/usr/bin/node',
      VISITOR,
      JSON.stringify(words),
    ]);
    const users = Array.from(
      { length: process.env.WHMAPI1_SOAK === undefined ? 8 : 24 },
      (_, at) => `many${at}`,
    );
    const all = (command: string) =>
      machine.sh(
        `printf '%s\\n' ${users.join(' ')} | xargs -P 4 -I USER whmapi1 ${command} >/root/answers || ` +
          '{ grep -h "reason:" /root/answers; false; }',
      );
    const begun = performance.now();
    all('createacct username=USER domain=USER.example');
    for (const user of users) waitUntilServed(machine, `${user}.example`);
    for (const user of users.slice(0, 4)) works('suspendacct', `user=${user}`);
    all('removeacct username=USER');
    const seconds = (performance.now() - begun) / 1000;
    machine.sh('systemctl stop visitor');
    await until(() => existsSync(machine.path(VISITS)));
    const { good, failed } = JSON.parse(readFileSync(machine.path(VISITS), 'utf8')) as {
      readonly good: number;
      readonly failed: Readonly<Record<string, number>>;
    };
    expect(failed).toEqual({});
    // Neither has ended because a file was removed while it read its configuration.
    expect(restarts()).toBe(restartsBefore);
    expect(good).toBeGreaterThanOrEqual(90 * seconds);
    expect(reloads() - before).toBeGreaterThan(4);
  });

  it('fail to change while somebody else’s file is broken, which the reason names', () => {
    machine.sh('echo Nonsense >/etc/apache2/sites-enabled/theirs.conf');
    const { metadata } = call('create_subdomain', 'domain=new.bob.example', 'document_root=public_html/new');
    // A new account is served once the file is correct.
    works('createacct', 'username=erin', 'domain=erin.example');
    expect(visit('erin.example')).toMatch(/404$/);
    machine.sh('rm /etc/apache2/sites-enabled/theirs.conf');
    expect(metadata.result).toBe(0);
    expect(metadata.reason).toMatch(
      /Syntax error on line 1 of \/etc\/apache2\/sites-enabled\/theirs\.conf.* This program did not write “\/etc\/apache2\/sites-enabled\/theirs\.conf”\./,
    );
    expect(visit('bob.example')).toBe('the page of bob\n\n200');
    waitUntilServed(machine, 'erin.example');
    works('removeacct', 'username=erin');
  });

  it('fail to change while Apache is stopped, and change nothing', () => {
    machine.sh('systemctl stop apache2');
    const { metadata } = call('createacct', 'username=dave', 'domain=dave.example');
    machine.sh('systemctl start apache2');
    expect(metadata.reason).toMatch(/Apache is not running\. Start it with “systemctl start apache2”/);
    expect(machine.run('test', ['-e', '/home/dave']).status).toBe(1);
    create('dave');
    works('removeacct', 'username=dave');
  });

  it('are gone once their account is removed', () => {
    works('removeacct', 'username=bob');
    expect(visit('bob.example')).toMatch(/404$/);
    expect(visit('alice.example', '/secret.txt')).toMatch(/200$/);
    const folders = '/etc/apache2/whmapi1/accounts /etc/ssl/whmapi1/sites /var/log/whmapi1-domlogs';
    expect(machine.sh(`ls ${folders}`)).not.toMatch(/bob/);
  });

  it('have logs that are rotated', async () => {
    machine.sh('logrotate --force /etc/logrotate.d/whmapi1-domlogs');
    const folder = '/var/log/whmapi1-domlogs/alice';
    expect(machine.sh(`ls ${folder}`)).toContain('alice.example.log.1\n');
    await until(() => {
      visit('alice.example', '/secret.txt?after');
      return machine.sh(`cat ${folder}/alice.example.log`).includes('GET /secret.txt?after');
    });
  });

  it('are what --doctor finds', () => {
    const { stdout } = machine.run('whmapi1', ['--doctor', '--output=json']);
    const { findings } = JSON.parse(stdout) as { findings: { check: string; message: string }[] };
    expect(findings.map(({ message }) => message)).toContain('The role WebServer is configured.');
  });
});
