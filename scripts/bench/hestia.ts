// Accounts with websites that HestiaCP's `v-add-user` and `v-add-web-domain` create, against `createacct`, each on a booted
// Debian of its own, one after the other. HestiaCP itself is not part of this project: HESTIA_SOURCE names a checkout of it.
//
// The figures of docs/PERFORMANCE.md are of about version 1.9, whose parts come from public repositories, because its server of
// packages was out of reach. `hestiacp/hestiacp`: v-add-user (001f3228), v-list-web-domain and func/domain.sh (ddd2b549),
// v-restart-web-backend, v-log-action, v-list-user, v-list-user-ips and func/ip.sh (0440ade4). Forks: v-add-web-domain,
// v-add-web-domain-backend, v-restart-service and v-restart-proxy of `hudokkow/hestiacp` (8d79b6ea), v-restart-web and
// v-add-fs-directory of `NIHAL276482/hestiacp` (fbaabe5d), func/main.sh (e7be831d) and func/syshealth.sh (6ddd16d0) of
// `asyncc0xff/hestiacp`. What was left out makes it faster; v-restart-service was changed to reload PHP-FPM 8.4.
import { cpSync, existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { debianRoot } from '../../tests/machine/debian-root.ts';
import { whyNotOnMachine } from '../../tests/machine/describe-on-machine.ts';
import { bootMachine, type Machine } from '../../tests/machine/machine.ts';
import { bootHosting, Hosting, PASSWORD } from './hosting.ts';

/** Ours. The part `websites` creates 1,000. */
const ACCOUNTS = 300;
/** Ours, calls at the same time. */
const CLIENTS = 16;
/** HestiaCP's of each way, and ours one after the other. */
const SINGLE = 20;
const WARM = 3;
const ADDRESS = '192.0.2.10';
const FOLDER = '/usr/local/hestia';
const ERRORS = '/srv/errors.txt';
/** What `bootMachine` needs, the services, and the programs that HestiaCP's scripts start. */
const PACKAGES = [
  ...['systemd', 'systemd-sysv', 'dbus', 'iproute2', 'procps', 'curl'],
  ...['apache2', 'php-fpm', 'php-cli', 'bind9'],
  ...['acl', 'bsdextrautils', 'idn2', 'publicsuffix'],
];

/** @param work a folder that does not exist yet. @throws if an account is not complete. */
export async function compareHestia(work: string): Promise<void> {
  const source = process.env.HESTIA_SOURCE ?? '';
  const why =
    source === ''
      ? 'HESTIA_SOURCE names no checkout of https://github.com/hestiacp/hestiacp'
      : existsSync(join(source, 'bin/v-add-web-domain'))
        ? whyNotOnMachine()
        : `${source} has no bin/v-add-web-domain`;
  if (why !== undefined) {
    console.log(`\nHestiaCP is not measured: ${why}.`);
    return;
  }
  const theirs = await hestia(source);
  const ours = await createacct(work);
  console.log(
    '\nAccounts with home, virtual host and pool: HestiaCP and createacct (ours also have a zone)\n',
  );
  console.log('| way | accounts a minute | ratio | ratio to HestiaCP without restarts | load average |');
  console.log('| --- | --- | --- | --- | --- |');
  for (const { way, perMinute, load } of [...Object.values(theirs), ours.single, ours.together]) {
    const ratios = [theirs.usual, theirs.silent].map((one) => (perMinute / one.perMinute).toFixed(2));
    console.log(`| ${way} | ${perMinute.toFixed(0)} | ${ratios.join(' | ')} | ${load} |`);
  }
}

interface Measured {
  readonly way: string;
  readonly perMinute: number;
  /** The load of the minute until its end. */
  readonly load: string;
}

/** @param run returns how many milliseconds it took. */
function measured(way: string, accounts: number, run: () => number): Measured {
  const perMinute = (accounts / run()) * 60_000;
  return { way: `${way}, ${accounts} accounts`, perMinute, load: (loadavg()[0] ?? NaN).toFixed(1) };
}

async function hestia(source: string): Promise<Record<'users' | 'usual' | 'silent', Measured>> {
  const machine = await bootMachine(debianRoot(PACKAGES));
  try {
    setUp(machine, source);
    const panel = new Panel(machine);
    panel.create('warm', WARM, '');
    const users = measured('HestiaCP, v-add-user alone', SINGLE, () => panel.create('alone', SINGLE));
    machine.sh(`test "$(grep -c ^alone /etc/passwd)" = ${SINGLE}`);
    const usual = measured('HestiaCP, v-add-user and v-add-web-domain', SINGLE, () =>
      panel.create('usual', SINGLE, ''),
    );
    panel.check('usual', SINGLE);
    const silent = measured('HestiaCP, v-add-web-domain without restarts', SINGLE, () =>
      panel.create('silent', SINGLE, "'' no"),
    );
    machine.sh('systemctl reload php8.4-fpm apache2');
    panel.check('silent', SINGLE);
    return { users, usual, silent };
  } finally {
    await machine.stop();
  }
}

async function createacct(work: string): Promise<Record<'single' | 'together', Measured>> {
  const machine = await bootHosting(work);
  try {
    const hosting = new Hosting(machine);
    hosting.create('warm', WARM);
    const single = measured('createacct, one call at a time', SINGLE, () => hosting.create('s', SINGLE));
    const together = measured(`createacct, ${CLIENTS} calls at a time`, ACCOUNTS, () =>
      hosting.create('m', ACCOUNTS, CLIENTS),
    );
    return { single, together };
  } finally {
    await machine.stop();
  }
}

/** What HestiaCP's installer leaves behind, as far as the two commands need it. */
function setUp(machine: Machine, source: string): void {
  for (const part of ['bin', 'func', 'install']) {
    cpSync(join(source, part), machine.path(join(FOLDER, part)), { recursive: true });
  }
  machine.sh(`
    ip address add ${ADDRESS}/24 dev lo
    mkdir -p /etc/hestiacp /etc/apache2/conf.d/domains /var/log/apache2/domains /var/log/hestia
    echo "export HESTIA='${FOLDER}'" >/etc/hestiacp/hestia.conf
    cd ${FOLDER}
    chmod 755 bin/*
    mkdir -p conf log php/bin data/ips data/packages data/queue data/templates data/extensions data/users/admin
    for part in common deb; do
      for kind in packages templates; do
        [ ! -d install/$part/$kind ] || cp -r install/$part/$kind/. data/$kind
      done
    done
    ln -s /usr/bin/php php/bin/php
    cp /usr/share/publicsuffix/public_suffix_list.dat data/extensions
    touch data/queue/disk.pipe data/queue/traffic.pipe data/queue/restart.pipe data/users/admin/web.conf
    printf "%s='%s'\\n" ROOT_USER admin WEB_SYSTEM apache2 WEB_PORT 80 WEB_SSL mod_ssl WEB_SSL_PORT 443 \\
      WEB_RGROUPS www-data WEB_BACKEND php-fpm DNS_SYSTEM bind9 DISK_QUOTA no ENFORCE_SUBDOMAIN_OWNERSHIP yes \\
      >conf/hestia.conf
    printf "%s='%s'\\n" CONTACT admin@host.example U_USERS 0 SUSPENDED no SUSPENDED_USERS 0 >data/users/admin/user.conf
    printf "%s='%s'\\n" OWNER admin STATUS shared NAME '' U_SYS_USERS '' U_WEB_DOMAINS 0 INTERFACE lo \\
      NETMASK 255.255.255.0 NAT '' >data/ips/${ADDRESS}
    HESTIA=${FOLDER} bash -c '. ${FOLDER}/func/syshealth.sh && syshealth_update_web_config_format'
    grep -q nologin /etc/shells || echo /usr/sbin/nologin >>/etc/shells
    printf '%s\\n' 'ServerName host.example' 'LogFormat "%b" bytes' 'IncludeOptional conf.d/domains/*.conf' \\
      '<Directory /home>' 'Require all granted' '</Directory>' >>/etc/apache2/apache2.conf
    a2enmod -q actions headers proxy_fcgi rewrite setenvif
    systemctl enable --now --quiet apache2 php8.4-fpm named`);
}

class Panel {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /**
   * @param words of `v-add-web-domain`, after the domain. Undefined: the users get no website.
   * @returns how many milliseconds it took.
   */
  create(prefix: string, count: number, words?: string): number {
    const website = words === undefined ? '' : `v-add-web-domain $user $user.example ${words} || exit`;
    const took = this.#machine.sh(`
      export PATH=$PATH:${FOLDER}/bin
      begun=$(date +%s%N)
      (for ((at = 0; at < ${count}; at++)); do
        user=${prefix}$at
        v-add-user $user '${PASSWORD}' $user@host.example || exit
        ${website}
      done) >>${ERRORS} 2>&1 || { tail -n 20 ${ERRORS} >&2; exit 1; }
      echo $(( ($(date +%s%N) - begun) / 1000 ))`);
    return Number(took) / 1000;
  }

  /** @throws if an account has no user, virtual host or pool, or if PHP does not run in the last one's website. */
  check(prefix: string, count: number): void {
    const last = `${prefix}${count - 1}`;
    const page = `/home/${last}/web/${last}.example/public_html/page.php`;
    this.#machine.sh(`
      for ((at = 0; at < ${count}; at++)); do
        user=${prefix}$at
        grep -q "^$user:" /etc/passwd
        test -s /etc/apache2/conf.d/domains/$user.example.conf
        grep -q "^user = $user$" /etc/php/8.4/fpm/pool.d/$user.example.conf
      done
      setpriv --reuid ${last} --regid ${last} --clear-groups sh -c 'echo "<?php echo get_current_user(), 6 * 7;" >${page}'
      for ((tries = 0; tries < 100; tries++)); do
        answer=$(curl -s --resolve ${last}.example:80:${ADDRESS} http://${last}.example/page.php) || true
        [ "$answer" != ${last}42 ] || exit 0
        sleep 0.1
      done
      echo "the page: $answer" >&2
      tail -n 20 ${ERRORS} >&2
      exit 1`);
  }
}
