// Daemons of a server with the profile STANDARD that end, and that do not start again because of a broken file of one account
// or of this program: whmapi1d brings them back within seconds, and says which file it was.
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { hostingRoot } from './prepared-roots.ts';
import { waitUntilServed } from './served.ts';

/** Some seconds, or minutes on a machine with ten times as much to do. The regular check is each 300 seconds. */
const SECONDS = 240;

interface Task {
  readonly id: number;
  readonly kind: string;
}

interface Daemon {
  readonly unit: string;
  /** Breaks a file. */
  readonly breaks: string;
  /** What works for everybody else. */
  readonly works: string;
  /** What its task says. */
  readonly tells: RegExp;
  /** Mends what was set aside. */
  readonly mends: string;
}

const STATEMENT = '/etc/bind/whmapi1/zones/bob.example.conf';
const INCLUDING = '/etc/bind/whmapi1.conf';
const KEYS = '/etc/bind/whmapi1/keys.conf';
const SETTINGS = '/etc/mysql/mariadb.conf.d/60-whmapi1.cnf';
const get = (domain: string) => `curl -sf -m 10 --resolve ${domain}:80:127.0.0.1 http://${domain}/`;
const dig = (name: string) => `dig @127.0.0.1 +short +time=2 +tries=1 ${name} SOA`;

const daemons: readonly Daemon[] = [
  {
    unit: 'apache2',
    breaks: 'echo Nonsense >>/etc/apache2/whmapi1/accounts/bob.conf',
    works: `${get('anna.example')} | grep -q 'PHP of anna'`,
    tells: /accounts\/bob\.conf” was set aside/,
    mends: `whmapi1 --rebuild bob; ${get('bob.example')} | grep -q 'PHP of bob'`,
  },
  {
    unit: 'php8.4-fpm',
    breaks: `sed -i 's/^user = .*/user = nobodyofthatname/' /etc/php/8.4/fpm/pool.d/whmapi1-bob.conf`,
    works: `${get('anna.example')} | grep -q 'PHP of anna'`,
    tells: /whmapi1-bob\.conf” was set aside/,
    mends: 'true',
  },
  {
    unit: 'named',
    // A broken zone alone does not keep BIND from starting.
    // A start takes long, as on a busy machine, so systemd never gives up.
    breaks: `whmapi1 --add-secondary 192.0.2.53 >/dev/null
      until grep -q secret ${KEYS}; do sleep 0.2; done; cp ${KEYS} /root/keys-before
      echo nonsense >>${INCLUDING}; echo nonsense >>${KEYS}
      echo nonsense >/var/lib/bind/whmapi1/bob.example.db; echo 'zone "bob.example" {' >${STATEMENT}
      mkdir -p /run/systemd/system/named.service.d
      printf '[Service]\\nExecStartPre=sleep 2.5\\n' >/run/systemd/system/named.service.d/slow.conf
      systemctl daemon-reload`,
    works: `test -n "$(${dig('anna.example')})"`,
    tells:
      /(?=[^]*zones\/bob\.example\.conf” was)(?=[^]*bind\/whmapi1\.conf” was)[^]*keys\.conf” was written again/,
    mends: `grep -q 'type primary' ${STATEMENT} && ! grep -q nonsense ${INCLUDING} && cmp ${KEYS} /root/keys-before`,
  },
  {
    unit: 'mariadb',
    breaks: `echo 'nonsense = 1' >>${SETTINGS}`,
    works: `mariadb -e 'SELECT 1'`,
    tells: /60-whmapi1\.cnf” was written again/,
    mends: `! grep -q nonsense ${SETTINGS}`,
  },
];

describeOnMachine('daemons that end', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(await hostingRoot());
    for (const username of ['anna', 'bob']) {
      machine.sh(`whmapi1 createacct username=${username} domain=${username}.example dkim=0 spf=0`);
      waitUntilServed(machine, `${username}.example`);
      machine.sh(`f=/home/${username}/public_html/index.php
        echo '<?php echo "PHP of ${username}";' >$f; chown ${username}: $f
        ${get(`${username}.example`)} | grep -q 'PHP of ${username}'`);
    }
  });
  afterAll(() => machine.stop());

  it.each(daemons)('$unit comes back', ({ unit, breaks, works, tells, mends }) => {
    const took = machine.sh(
      `${breaks}
      main() { systemctl show --property=MainPID --value ${unit}; }
      before=$(main) begin=$(date +%s)
      systemctl kill --kill-whom=main --signal=SIGKILL ${unit}
      until [ "$(main)" != "$before" ] && systemctl is-active -q ${unit} && { ${works}; } >/dev/null 2>&1
      do [ $(( $(date +%s) - begin )) -lt ${SECONDS} ]; sleep 0.1; done
      echo $(( $(date +%s) - begin ))`,
    );
    process.stdout.write(`${unit} works again after ${took.trim()} s\n`);
    const { tasks } = JSON.parse(machine.sh('whmapi1 --tasks --output=json')) as { tasks: Task[] };
    const restarts = tasks.filter(({ kind }) => kind === 'restart-service');
    expect(restarts.map(({ id }) => machine.sh(`whmapi1 --tasks ${id}`)).join('\n')).toMatch(tells);
    machine.sh(mends);
  });
});
