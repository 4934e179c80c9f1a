// PHP of websites on a fresh Debian with the profile STANDARD, with a second version of PHP.
import { describeOnMachine } from './describe-on-machine.ts';
import { waitUntilServed } from './served.ts';
import { bootMachine, type Machine } from './machine.ts';
import { hostingRoot } from './prepared-roots.ts';
import { until } from './until.ts';

interface Envelope {
  readonly metadata: { readonly result: number; readonly reason: string };
  readonly data?: Readonly<Record<string, unknown>>;
}

/** What WordPress, Nextcloud, Laravel and phpMyAdmin require or recommend, as `extension_loaded` names them. */
const EXTENSIONS = [
  ...[
    'bcmath',
    'curl',
    'dom',
    'exif',
    'fileinfo',
    'gd',
    'gmp',
    'imagick',
    'intl',
    'ldap',
    'mbstring',
    'mysqli',
  ],
  ...['openssl', 'pdo_mysql', 'pdo_pgsql', 'pdo_sqlite', 'pgsql', 'simplexml', 'soap', 'sodium', 'sqlite3'],
  ...['xmlreader', 'xmlwriter', 'Zend OPcache', 'zip'],
];
/**
 * Debian has one version. The repository of this second one has packages as those of other repositories: the same
 * program as PHP 8.3 with its own configuration, its pool, and two of the extensions.
 */
const OTHER_REPOSITORY = `
  mkdir -p /srv/other /var/tmp/php && cd /var/tmp/php
  package() {
    mkdir -p "$1/DEBIAN"
    printf 'Package: %s\nVersion: 8.3.30-1\nArchitecture: all\nMaintainer: Test <test@example.com>\nDescription: test\n%s' \
      "$1" "$2" >"$1/DEBIAN/control"
    dpkg-deb --root-owner-group --build "$1" /srv/other
  }
  mkdir -p php8.3-fpm/etc/php/8.3/fpm/{pool.d,conf.d} php8.3-fpm/usr/{sbin,lib/systemd/system}
  ln -s php-fpm8.4 php8.3-fpm/usr/sbin/php-fpm8.3
  cp /etc/php/8.4/fpm/php.ini php8.3-fpm/etc/php/8.3/fpm
  sed 's/8[.]4/8.3/g' /etc/php/8.4/fpm/php-fpm.conf >php8.3-fpm/etc/php/8.3/fpm/php-fpm.conf
  printf '[www]\nuser = www-data\ngroup = www-data\nlisten = /run/php/php8.3-fpm.sock\npm = ondemand\npm.max_children = 2\n' \
    >php8.3-fpm/etc/php/8.3/fpm/pool.d/www.conf
  sed -e 's/8[.]4/8.3/g' -e '/^Exec.*socket-helper/d' -e 's|^ExecStart=.*|& -c /etc/php/8.3/fpm/php.ini|' \
    -e '/^ExecStart=/i Environment=PHP_INI_SCAN_DIR=/etc/php/8.3/fpm/conf.d' \
    /usr/lib/systemd/system/php8.4-fpm.service >php8.3-fpm/usr/lib/systemd/system/php8.3-fpm.service
  for name in curl gmp; do
    mkdir -p "php8.3-$name/etc/php/8.3/fpm/conf.d"
    echo "extension=$name" >"php8.3-$name/etc/php/8.3/fpm/conf.d/20-$name.ini"
    package "php8.3-$name" 'Depends: php8.3-fpm\n'
  done
  package php8.3-fpm 'Depends: php8.4-fpm\n'
  cd /srv/other
  for file in *.deb; do
    dpkg-deb --field "$file"
    printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' \\
      "$file" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d ' ' -f 1)"
  done >Packages
  printf 'Types: deb\nURIs: file:/srv/other\nSuites: ./\nTrusted: yes\n' >/etc/apt/sources.list.d/other.sources`;

describeOnMachine('PHP of websites, in this order', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(await hostingRoot());
  });
  afterAll(() => machine.stop());

  /** @returns the log of the task. */
  function activate(): string {
    const words = ['--output=json', '--wait', 'start_profile_activation', 'code=STANDARD'];
    const { status, stdout } = machine.run('whmapi1', words, { timeoutMs: 900_000 });
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.any(String) as string });
    const { data } = JSON.parse(stdout) as Envelope;
    return machine.run('whmapi1', ['--tasks', String(data?.log_id)]).stdout;
  }

  function call(name: string, ...words: string[]): Envelope {
    const { stdout } = machine.run('whmapi1', ['--output=json', name, ...words]);
    return JSON.parse(stdout) as Envelope;
  }
  const works = (name: string, ...words: string[]) => {
    const { metadata, data } = call(name, ...words);
    expect([name, metadata.result === 1 ? '' : metadata.reason]).toEqual([name, '']);
    return data;
  };
  const create = (username: string) => {
    works('createacct', `username=${username}`, `domain=${username}.example`);
    waitUntilServed(machine, `${username}.example`);
  };
  /** The body and the status that a visitor gets. */
  const visit = (host: string, path: string) =>
    machine
      .run('curl', [
        '-s',
        '-w',
        ' %{http_code}',
        '--resolve',
        `${host}:80:127.0.0.1`,
        `http://${host}${path}`,
      ])
      .stdout.trim();
  const put = (username: string, name: string, text: string) => {
    const script = 'umask 022; cat >"$1"';
    const words = [
      '-u',
      username,
      '--',
      'bash',
      '-euc',
      script,
      'put',
      `/home/${username}/public_html/${name}`,
    ];
    expect(machine.run('runuser', words, { input: text })).toMatchObject({ status: 0 });
  };
  /** Runs PHP on a site. */
  const run = (username: string, text: string) => {
    put(username, 'run.php', `<?php ${text}`);
    return visit(`${username}.example`, '/run.php');
  };

  it('runs as the user of the account of a new account', () => {
    create('bob');
    create('alice');
    expect(run('bob', 'echo posix_getpwuid(posix_geteuid())["name"], " ", getcwd();')).toBe(
      'bob /home/bob/public_html 200',
    );
    expect(run('alice', 'echo posix_getpwuid(posix_geteuid())["name"];')).toBe('alice 200');
    expect(works('php_get_system_default_version')).toEqual({ version: 'ea-php84' });
  });

  it('has the extensions that WordPress, Nextcloud, Laravel and phpMyAdmin require or recommend', () => {
    const names = EXTENSIONS.map((name) => `'${name}'`).join(', ');
    const missing = `echo json_encode(array_values(array_filter([${names}], fn($one) => !extension_loaded($one))));`;
    expect(run('bob', missing)).toBe('[] 200');
  });

  it('does not read the files of other accounts, also not by their pools', () => {
    put('alice', 'config.php', '<?php echo "the secret of alice";');
    const secret = '/home/alice/public_html/config.php';
    const attack = `var_dump(@file_get_contents('${secret}'), @include '${secret}', shell_exec('cat ${secret} 2>/dev/null'));`;
    expect(run('bob', attack)).toBe('bool(false)\nbool(false)\nNULL\n 200');
    // Apache accepts this in .htaccess, and then asks the pool of alice to run the program of bob.
    machine.sh('chmod 755 /home/bob/public_html');
    put('bob', 'run.php', '<?php echo posix_getpwuid(posix_geteuid())["name"];');
    const socket = 'proxy:unix:/run/whmapi1-php/8.4-alice.example.sock|fcgi://localhost';
    put('bob', '.htaccess', `<FilesMatch "run">\nSetHandler "${socket}"\n</FilesMatch>\n`);
    expect(visit('bob.example', '/run.php')).not.toContain('alice');
    machine.sh('rm /home/bob/public_html/.htaccess');
  });

  it('has a second version from another repository, with the extensions that it offers', () => {
    machine.sh(OTHER_REPOSITORY);
    machine.sh('apt-get -q update');
    machine.install('php8.3-fpm');
    expect(machine.run('whmapi1', ['--doctor']).stdout).toMatch(
      /WebServer can also use the packages php8\.3-curl, php8\.3-gmp\./,
    );
    const log = activate();
    expect(log).toContain('Installed: php8.3-curl 8.3.30-1, php8.3-gmp 8.3.30-1.');
    expect(log).toMatch(/Not installed, because no repository has them: .*php8\.3-imagick/);
    expect(machine.run('whmapi1', ['--doctor']).stdout).not.toContain('can also use');
    expect(machine.sh('systemctl is-active php8.3-fpm; systemctl is-enabled php8.3-fpm')).toBe(
      'active\nenabled\n',
    );
  });

  it('switches the version of one domain without a failed request', () => {
    expect(works('php_get_installed_versions')).toEqual({ versions: ['ea-php83', 'ea-php84'] });
    expect(run('bob', 'echo php_ini_loaded_file();')).toBe('/etc/php/8.4/fpm/php.ini 200');
    machine.sh(`cat >/root/visit <<'END'
      while [ ! -e /root/stop ]; do
        curl -s -o /dev/null -w '%{http_code}\\n' --resolve bob.example:80:127.0.0.1 http://bob.example/run.php
      done >/root/visits
END
      systemd-run --quiet --unit=visits bash /root/visit
      until [ -s /root/visits ]; do sleep 0.1; done`);
    works('php_set_vhost_versions', 'version=ea-php83', 'vhost=bob.example', 'php_fpm=1');
    expect(visit('bob.example', '/run.php')).toBe('/etc/php/8.3/fpm/php.ini 200');
    put('bob', 'extensions.php', '<?php var_dump(extension_loaded("gmp"), extension_loaded("imagick"));');
    expect(visit('bob.example', '/extensions.php')).toBe('bool(true)\nbool(false)\n 200');
    machine.sh('touch /root/stop; while systemctl -q is-active visits; do sleep 0.1; done');
    expect(machine.sh('sort -u /root/visits')).toBe('200\n');
    put('alice', 'run.php', '<?php echo php_ini_loaded_file();');
    expect(visit('alice.example', '/run.php')).toBe('/etc/php/8.4/fpm/php.ini 200');
    expect(machine.sh('ls /etc/php/*/fpm/pool.d')).toMatch(
      /8\.3[^]*whmapi1-bob\.conf[^]*8\.4[^]*whmapi1-alice\.conf/,
    );
  });

  it('measures the processes of the pools', () => {
    const data = works('get_fpm_count_and_utilization');
    expect(data).toMatchObject({ total_domains: 2, domains_using_fpm: 2, memory_needed: 0, show_warning: 0 });
  });

  it('has the settings of php_fpm_config_set, for all pools and for one domain', () => {
    const set = (settings: readonly [string, number, string][], ...words: string[]) => {
      const config = settings.map(([base_flag_name, trinary_admin_value, value]) => ({
        ...{ base_flag_name, trinary_admin_value, value },
      }));
      works('php_fpm_config_set', `config=${JSON.stringify(config)}`, ...words);
    };
    set([
      ['disable_functions', 1, 'exec, system'],
      ['error_reporting', 2, 'E_ALL & ~E_NOTICE'],
    ]);
    set([['error_reporting', 1, 'E_ERROR']], 'domain=alice.example');
    const facts =
      'echo ini_get("error_reporting"), " ", (string) ini_set("error_reporting", "8"), " ", ini_get("error_reporting"), ' +
      '" ", ini_get("disable_functions");';
    expect(run('alice', facts)).toBe('1  1 exec,system 200');
    expect(run('bob', facts)).toBe('30711 30711 8 exec,system 200');
    set([
      ['disable_functions', 1, ''],
      ['error_reporting', 2, ''],
    ]);
    expect(run('alice', facts)).toBe('1  1  200');
    put('alice', 'run.php', '<?php echo php_ini_loaded_file();');
    put('bob', 'run.php', '<?php echo php_ini_loaded_file();');
  });

  it('names the file of somebody else that PHP-FPM rejects, and serves new accounts once it is correct', async () => {
    machine.sh('systemctl start whmapi1d');
    machine.sh(`printf '[mine]\\nnonsense = 1\\n' >/etc/php/8.4/fpm/pool.d/mine.conf`);
    const { metadata } = call('php_set_vhost_versions', 'version=ea-php84', 'vhost=bob.example', 'php_fpm=1');
    expect(metadata.reason).toMatch(/^PHP-FPM 8\.4 rejects its configuration: .*mine\.conf/);
    expect(visit('bob.example', '/run.php')).toMatch(/200$/);
    create('carol');
    put('carol', 'run.php', '<?php echo "of carol";');
    expect(visit('carol.example', '/run.php')).toMatch(/503$/);
    expect(visit('alice.example', '/run.php')).toMatch(/200$/);
    machine.sh('rm /etc/php/8.4/fpm/pool.d/mine.conf');
    // The task confirms it within a minute.
    await until(() => visit('carol.example', '/run.php') === 'of carol 200');
    works('removeacct', 'username=carol');
  });

  it('runs by CGI as the user of the account, if it is installed and set', () => {
    expect(call('php_set_handler', 'version=ea-php84', 'handler=cgi').metadata.reason).toContain(
      'Install its Debian package',
    );
    machine.install('php8.4-cgi');
    create('dora');
    for (const user of ['alice', 'dora']) {
      works('php_set_vhost_versions', 'version=ea-php84', `vhost=${user}.example`, 'php_fpm=0');
    }
    expect(visit('dora.example', '/run.php')).toMatch(/40[34]$/);
    works('php_set_handler', 'version=ea-php84', 'handler=cgi');
    const facts =
      'echo php_sapi_name(), " ", posix_getpwuid(posix_geteuid())["name"], " ", getcwd(), " ", ini_get("open_basedir"), ' +
      '" ", php_ini_loaded_file(), " ", $_SERVER["SCRIPT_NAME"], " ", file_get_contents("php://input");';
    const expected =
      'cgi-fcgi dora /home/dora/public_html /home/dora/:/usr/share/php/ /etc/php/8.4/cgi/php.ini /run.php';
    expect(run('dora', facts)).toBe(`${expected}  200`);
    // PHP would take a query string without “=” as options.
    for (const query of ['-s', '-i', '-n', '-d+open_basedir%3d/', '-c+/tmp']) {
      expect(visit('dora.example', `/run.php?${query}`)).toBe(`${expected}  200`);
    }
    put('dora', '.user.ini', 'precision = 7\nopen_basedir = /\nmemory_limit = 99M\n');
    expect(run('dora', 'echo ini_get("precision"), ini_get("open_basedir"), ini_get("memory_limit");')).toBe(
      '7/home/dora/:/usr/share/php/99M 200',
    );
    put('dora', '.htaccess', 'RewriteEngine On\nRewriteRule ^page/(.*)$ front.php/$1 [QSA]\n');
    put(
      'dora',
      'front.php',
      '<?php echo $_SERVER["PATH_INFO"], " ", $_GET["a"], " ", $_SERVER["REQUEST_URI"];',
    );
    expect(visit('dora.example', '/page/one/two?a=b')).toBe('/one/two b /page/one/two?a=b 200');
  });

  it('reads nothing of other accounts by CGI', () => {
    const secret = '/home/alice/public_html/config.php';
    const attack = `var_dump(@file_get_contents('${secret}'), @include '${secret}', shell_exec('cat ${secret} 2>/dev/null'));`;
    expect(run('dora', attack)).toBe('bool(false)\nbool(false)\nNULL\n 200');
    for (const path of ['', 'ea-php84', 'ea-php84/run.php', 'account.ini']) {
      expect(visit('dora.example', `/.whmapi1-php/${path}`)).not.toMatch(/200$/);
    }
    expect(visit('alice.example', '/run.php')).toMatch(/200$/);
    // Even without the confinement of PHP, it has only the rights of the user.
    const all = '/home/dora/.whmapi1-php';
    machine.sh(`runuser -u dora -- sed -i d ${all}/account.ini`);
    expect(run('dora', attack)).toBe('bool(false)\nbool(false)\nNULL\n 200');
    // suexec runs no program of another account, and no link to one.
    const own = `runuser -u dora -- sh -c 'mv ${all} ${all}.own; ln -s /home/alice/.whmapi1-php ${all}'`;
    machine.sh(own);
    expect(visit('dora.example', '/run.php')).toMatch(/(?:403|404|500)$/);
    machine.sh(`runuser -u dora -- sh -c 'rm ${all}; mv ${all}.own ${all}; rm ${all}/ea-php84'`);
    machine.sh(`runuser -u dora -- ln -s /home/alice/.whmapi1-php/ea-php84 ${all}/ea-php84`);
    expect(visit('dora.example', '/run.php')).toMatch(/(?:403|404|500)$/);
    machine.sh(`rm ${all}/ea-php84`);
    works('php_set_handler', 'version=ea-php84', 'handler=none');
    works('php_set_handler', 'version=ea-php84', 'handler=cgi');
    const confined = 'echo ini_get("open_basedir");';
    expect(run('dora', confined)).toBe('/home/dora/:/usr/share/php/ 200');
    works('modifyacct', 'user=dora', 'newuser=dorothy');
    expect(visit('dora.example', '/run.php')).toBe('/home/dorothy/:/usr/share/php/ 200');
    works('removeacct', 'username=dorothy');
    expect(machine.sh('ls -a /home')).not.toMatch(/dor/);
    works('php_set_vhost_versions', 'version=ea-php84', 'vhost=alice.example', 'php_fpm=1');
  });

  it('ends with a suspension and a removal by the server, although visitors and another account ask for it', async () => {
    machine.sh('systemctl start whmapi1d');
    create('erin');
    create('frank');
    put('erin', 'slow.php', '<?php sleep(60);');
    // Apache accepts this in .htaccess, and asks the pool of erin for what visitors of frank ask for.
    const [socket] = machine.sh('find /run/whmapi1-php -name "8.4-erin.example.sock"').split('\n');
    put('frank', 'slow.php', '');
    put(
      'frank',
      '.htaccess',
      `<FilesMatch "slow">\nSetHandler "proxy:unix:${socket}|fcgi://localhost"\n</FilesMatch>\n`,
    );
    machine.sh(`cat >/root/flood <<'END'
      for client in 1 2 3 4 5 6; do
        while [ ! -e /root/stop-flood ]; do
          for host in erin.example frank.example; do
            curl -s -o /dev/null -m 1 --resolve $host:80:127.0.0.1 http://$host/slow.php
          done
        done &
      done
      wait
END
      systemd-run --quiet --unit=flood bash /root/flood`);
    const token = works('api_token_create', 'token_name=flood')?.token as string;
    const serverDoes = (name: string, parameter: string) => {
      const url = `https://127.0.0.1:2087/json-api/${name}?api.version=1`;
      const words = ['-sk', '-H', `authorization: whm root:${token}`, '--data', parameter, url];
      const { metadata } = JSON.parse(machine.run('curl', words).stdout) as Envelope;
      expect([name, metadata.result === 1 ? '' : metadata.reason]).toEqual([name, '']);
    };
    const uid = machine.sh('id -u erin').trim();
    const running = () => machine.run('pgrep', ['--list-full', '--uid', uid]).stdout;
    await until(() => running().includes('php-fpm: pool erin.example'));
    serverDoes('suspendacct', 'user=erin');
    const seen = Array.from({ length: 20 }, () =>
      machine.sh(`sleep 0.1; pgrep --list-full --uid ${uid} || true`),
    );
    expect(new Set(seen)).toEqual(new Set(['']));
    serverDoes('unsuspendacct', 'user=erin');
    await until(() => running().includes('php-fpm: pool erin.example'));
    serverDoes('removeacct', 'username=erin');
    expect(running()).toBe('');
    expect(machine.run('id', ['erin']).status).toBe(1);
    machine.sh('touch /root/stop-flood; while systemctl -q is-active flood; do sleep 0.1; done');
    create('erin');
    // Apache may still have the removed website, whose socket is gone, until it reads its files again.
    await until(() => run('erin', 'echo posix_getpwuid(posix_geteuid())["name"];') === 'erin 200');
    for (const username of ['erin', 'frank']) works('removeacct', `username=${username}`);
  });

  it('ends with a suspension within 15 seconds although PHP-FPM hangs, and others have it when it goes on', async () => {
    machine.sh('systemctl start whmapi1d');
    create('gina');
    expect(run('gina', 'echo 1;')).toBe('1 200');
    const uid = machine.sh('id -u gina').trim();
    // PHP-FPM does not collect the processes that have ended while it hangs.
    const running = () => machine.sh(`ps -o stat=,args= -u ${uid} | grep -v '^Z' || true`);
    machine.sh('systemctl kill --kill-whom=main --signal=STOP php8.4-fpm');
    try {
      const startedAt = performance.now();
      const { metadata } = call('suspendacct', 'user=gina');
      expect(performance.now() - startedAt).toBeLessThan(15_000);
      expect([metadata.result, metadata.reason]).toEqual([
        1,
        expect.stringMatching(
          /^The account “gina” is suspended\. Not yet done: PHP-FPM 8\.4 does not respond/,
        ),
      ]);
      expect(visit('gina.example', '/run.php')).toMatch(/503$/);
      expect(running()).toBe('');
    } finally {
      machine.sh('systemctl kill --kill-whom=main --signal=CONT php8.4-fpm');
    }
    await until(() => visit('alice.example', '/run.php') === '/etc/php/8.4/fpm/php.ini 200');
    await until(() => machine.run('find', ['/run/whmapi1-php', '-name', '*gina*']).stdout === '');
    expect(running()).toBe('');
    works('unsuspendacct', 'user=gina');
    await until(() => visit('gina.example', '/run.php') === '1 200');
    works('removeacct', 'username=gina');
    machine.sh('systemctl stop whmapi1d');
  });

  it('ends with a suspension, follows a new username, and is gone with the account', () => {
    works('suspendacct', 'user=bob');
    expect(visit('bob.example', '/run.php')).toMatch(/503$/);
    works('unsuspendacct', 'user=bob');
    expect(visit('bob.example', '/run.php')).toBe('/etc/php/8.3/fpm/php.ini 200');
    works('modifyacct', 'user=bob', 'newuser=robert');
    expect(visit('bob.example', '/run.php')).toBe('/etc/php/8.3/fpm/php.ini 200');
    works('removeacct', 'username=robert');
    expect(machine.sh('ls /etc/php/*/fpm/pool.d /run/whmapi1-php')).not.toMatch(/bob|robert/);
    machine.sh('systemctl restart php8.4-fpm php8.3-fpm');
    expect(visit('alice.example', '/run.php')).toBe('/etc/php/8.4/fpm/php.ini 200');
  });
});
