// The life cycle of the Debian package on a machine with systemd: installed, used, upgraded, removed, purged.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { buildCompanion, buildPackage, builtPackage } from './built-package.ts';
import { machineRoot } from './debian-root.ts';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { readmeBlock } from './readme-block.ts';
import { until } from './until.ts';

const PASSWORD = 'four unusual words, Xylophone';
const UPGRADE = '99.0.0';
const FAR = '203.0.113.9';

describeOnMachine('the Debian package', () => {
  let folder: string;
  let machine: Machine;
  let first: string;
  let token: string;
  /** The path inside of a package with a higher version. */
  let upgrade: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'whmapi1-package-'));
    first = await builtPackage();
    machine = await bootMachine(machineRoot());
  });
  afterAll(async () => {
    await machine.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const build = (...options: string[]) => buildPackage(folder, ...options);

  /** @returns its path inside. */
  function install(file: string): string {
    const inside = `/var/tmp/${basename(file)}`;
    copyFileSync(file, machine.path(inside));
    machine.install(inside);
    return inside;
  }

  /** A call over HTTPS, with root's token. */
  function call(name: string, parameters: Readonly<Record<string, string>> = {}): Answer {
    const form = new URLSearchParams({ 'api.version': '1', ...parameters }).toString();
    const answer = machine.sh(
      `curl -ksS --max-time 60 -H 'Authorization: whm root:${token}' --data @- https://127.0.0.1:2087/json-api/${name}`,
      { input: form },
    );
    return JSON.parse(answer) as Answer;
  }

  const property = (name: string) =>
    machine.sh(`systemctl show --property=${name} --value whmapi1d.service`).trim();
  const userExists = (name: string) => machine.run('getent', ['passwd', name]).status === 0;
  const exists = (path: string) => machine.run('test', ['-e', path]).status === 0;

  it('has the same bytes when it is built again', () => {
    expect(readFileSync(build()).equals(readFileSync(first))).toBe(true);
  });

  it('names no invented address as its maintainer', () => {
    const field = execFileSync('dpkg-deb', ['--field', first, 'Maintainer'], { encoding: 'utf8' });
    expect(field).toBe('the whmapi1 authors\n');
  });

  it('can be installed, and the server runs, on 127.0.0.1 only', () => {
    machine.sh('mkdir /var/tmp/built');
    copyFileSync(first, machine.path(`/var/tmp/built/${basename(first)}`));
    expect(machine.sh(`cd /var/tmp/built; ${readmeBlock('apt-get install -y ./')}`)).toContain(
      '  whmapi1 --wait start_profile_activation code=STANDARD ',
    );
    expect(machine.sh('systemctl is-enabled whmapi1d; systemctl is-active whmapi1d')).toBe(
      'enabled\nactive\n',
    );
    expect(machine.sh('ss -Hltn sport = :2087').trim()).toContain('127.0.0.1:2087');
    // Not the folder of one version.
    expect(machine.sh('whmapi1d --print-unit')).toContain('\nExecStart=/usr/sbin/whmapi1d\n');
    expect(machine.sh('dpkg --verify whmapi1')).toBe('');
    expect(machine.sh('stat -c %a /var/lib/whmapi1').trim()).toBe('700');
  });

  it('has a companion with the paths of cPanel servers, which replaces nothing and leaves nothing behind', () => {
    const links = '/scripts /usr/local/cpanel/scripts /usr/local/cpanel/bin/* /usr/sbin/whmapi1';
    machine.sh('echo foreign >/usr/sbin/whmapi1');
    install(buildCompanion(folder));
    expect(
      machine.sh('/usr/local/cpanel/bin/whmapi1 version; /scripts/restartsrv_cpsrvd --status'),
    ).toContain('running: 1');
    expect(machine.run('/scripts/suspendacct', ['nobody1']).status).toBe(
      machine.run('whmapi1', ['suspendacct', 'user=nobody1']).status,
    );
    const files = '/etc/trueuserdomains /etc/trueuserowners /etc/userdomains /etc/localdomains';
    const patience = `for i in $(seq 50); do [ -e /etc/localdomains ] && break; sleep 0.2; done`;
    expect(machine.sh(`${patience}; stat -c '%a %U' ${files} | sort -u; head -n 1 /etc/userdomains`)).toBe(
      '640 root\n*: nobody\n',
    );
    expect(machine.sh('/scripts/whoowns nobody.example')).toBe('');
    expect(machine.sh('cat /usr/sbin/whmapi1; rm /usr/sbin/whmapi1')).toBe('foreign\n');
    machine.sh('apt-get remove -y whmapi1-cpanel-paths');
    const until = `for i in $(seq 50); do [ -e /etc/localdomains ] || break; sleep 0.2; done`;
    machine.sh(until);
    expect(machine.run('sh', ['-c', `ls -d ${links} /usr/local/cpanel ${files}`]).stdout).toBe('');
  });

  it('says to a user who forgets sudo that the call goes to a sandbox', () => {
    machine.sh('useradd --create-home dora');
    const { status, stderr } = machine.run('runuser', ['-l', 'dora', '-c', 'whmapi1 version']);
    expect([status, stderr]).toEqual([
      0,
      'whmapi1: This is your own sandbox in /home/dora/.local/state/whmapi1. Use sudo for this server.\n',
    ]);
    machine.sh('userdel --remove dora');
  });

  it('has man pages and completions where man and each shell find them', () => {
    expect(
      machine.sh('man -w whmapi1 uapi cpapi2 whmapi1d whmapi1-createacct').trim().split('\n'),
    ).toHaveLength(5);
    expect(machine.sh('whmapi1 help createacct | col -bx')).toContain('createacct');
    for (const shell of ['bash', 'zsh', 'fish']) {
      expect(machine.sh(`whmapi1 --completion ${shell}`)).toContain('whmapi1');
    }
    const bash =
      '. /usr/share/bash-completion/bash_completion; __load_completion whmapi1; complete -p whmapi1';
    expect(machine.run('bash', ['-c', bash]).stdout).toContain('_whmapi1');
    const zsh = 'autoload -Uz compinit; compinit -u -D; echo $_comps[whmapi1]';
    expect(machine.run('zsh', ['-fc', zsh]).stdout).toBe('_whmapi1\n');
    expect(machine.run('fish', ['-c', "complete -C 'whmapi1 createa'"]).stdout).toContain('createacct');
  });

  it('has nothing that --doctor would fix', () => {
    // The machine has no network, so it cannot synchronise its clock. This is what systemd reports with a time server.
    machine.sh(`
      mv /usr/bin/timedatectl /usr/bin/timedatectl.real
      printf '#!/bin/sh\\necho NTP=yes; echo NTPSynchronized=yes\\n' >/usr/bin/timedatectl
      chmod 755 /usr/bin/timedatectl`);
    const { status, stdout } = machine.run('whmapi1', ['--doctor']);
    machine.sh('mv /usr/bin/timedatectl.real /usr/bin/timedatectl');
    const remarks = stdout.split('\n').filter((line) => /^\w+ +[A-Z]/.test(line) && !line.startsWith('ok '));
    expect(remarks).toEqual([expect.stringMatching(/^note +Roles +No profile is active\./)]);
    expect(stdout).toMatch(/^ok +Services +The API server \(whmapi1d\) is running/m);
    expect(status).toBe(0);
  });

  it('limits the service to an exposure level below 4 in systemd’s rating', () => {
    const report = machine.sh('systemd-analyze security --no-pager whmapi1d.service');
    const [, level] = /Overall exposure level for whmapi1d\.service: ([\d.]+)/.exec(report) ?? [];
    expect(Number(level)).toBeGreaterThan(0);
    expect(Number(level)).toBeLessThan(4);
  });

  it('allows the confined service to create, suspend and remove accounts', () => {
    const made = machine.sh('whmapi1 --output=json api_token_create token_name=machine');
    token = (JSON.parse(made) as { data: { token: string } }).data.token;
    const account = { username: 'bob', domain: 'bob.example', password: PASSWORD };
    expect(call('createacct', account).metadata).toMatchObject({ result: 1 });
    expect(machine.sh('getent passwd bob; stat -c %U /home/bob; getent shadow bob')).toMatch(
      /^bob:x:(\d+):\1:bob\.example:\/home\/bob:\S+\nbob\nbob:\$/,
    );
    machine.sh(`echo '0 3 * * * true' | crontab -u bob -`);
    machine.sh(`setpriv --reuid=bob --regid=bob --clear-groups sleep 1000 >/dev/null 2>&1 & disown
      until pgrep -u bob -x sleep; do sleep 0.1; done`);
    expect(call('suspendacct', { user: 'bob' }).metadata).toMatchObject({ result: 1 });
    expect(machine.sh('getent shadow bob')).toMatch(/^bob:!/);
    expect(machine.run('pgrep', ['-u', 'bob']).stdout).toBe('');
    expect(machine.run('crontab', ['-l', '-u', 'bob']).stdout).not.toContain('0 3 * * *');
    expect(call('unsuspendacct', { user: 'bob' }).metadata).toMatchObject({ result: 1 });
    expect(machine.run('crontab', ['-l', '-u', 'bob']).stdout).toContain('0 3 * * *');
    expect(call('removeacct', { username: 'bob' }).metadata).toMatchObject({ result: 1 });
    expect([userExists('bob'), exists('/home/bob'), exists('/var/spool/cron/crontabs/bob')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('takes calls of the command, although the service has mounts of its own', async () => {
    machine.sh(`whmapi1 createacct username=loop domain=loop.example password='${PASSWORD}'`);
    expect(machine.sh('systemctl show --property=PrivateTmp --value whmapi1d')).toBe('yes\n');
    const isServed = 'whmapi1 --version --verbose | grep -q whmapi1d';
    // A server that has just started is slow at first, and the command then makes the call itself.
    machine.sh(`until ${isServed}; do sleep 0.1; done`);
    const calls = ['whmapi1 version', 'whmapi1 domainuserdata domain=loop.example'];
    const show = (call: string) => machine.sh(call);
    const served = calls.map((call) => ({ call, text: show(call) }));
    machine.sh(`grep -q '"function":"version".*"through":"whmapi1d"' /var/lib/whmapi1/audit.log`);
    let created = 0;
    // On a busy machine, the server may be too slow to accept a call, and the command then makes it itself.
    await until(() => {
      created += 1;
      const user = `native${created}`;
      machine.sh(`whmapi1 createacct username=${user} domain=${user}.example password='${PASSWORD}'`);
      expect(machine.sh(`stat -c %U /home/${user}; getent shadow ${user}`)).toMatch(
        /^native\d+\nnative\d+:\$/,
      );
      machine.sh(`whmapi1 removeacct username=${user}`);
      const byServer = '"function":"createacct".*"through":"whmapi1d"';
      const lines = machine.sh(`grep -c '${byServer}' /var/lib/whmapi1/audit.log || true`);
      return Number(lines) > 0;
    });
    machine.sh('systemctl stop whmapi1d');
    expect(machine.run('sh', ['-c', isServed]).status).toBe(1);
    for (const { call, text } of served) expect(show(call)).toBe(text);
    machine.sh('systemctl start whmapi1d; whmapi1 removeacct username=loop');
  });

  it('allows it to block addresses with nftables', async () => {
    machine.sh(`ip address add ${FAR}/32 dev lo`);
    for (const [key, value] of [
      ['block_brute_force_with_firewall', '1'],
      ['max_failures_byip', '2'],
    ] as const) {
      expect(call('set_cphulk_config_key', { key, value }).metadata).toMatchObject({ result: 1 });
    }
    expect(call('enable_cphulk').metadata).toMatchObject({ result: 1 });
    for (let attempt = 0; attempt < 3; attempt++) {
      machine.run('curl', ['-ks', '--max-time', '5', '--interface', FAR, '-u', `root:wrong${attempt}`, LIST]);
    }
    await until(() => machine.run('nft', ['list', 'table', 'inet', 'whmapi1']).stdout.includes(FAR));
    expect(call('flush_cphulk_login_history_for_ips', { ip: FAR }).metadata).toMatchObject({ result: 1 });
    expect(machine.run('nft', ['list', 'table', 'inet', 'whmapi1']).stdout).not.toContain(FAR);
  });

  it('writes errors to the journal as errors', async () => {
    machine.sh('cp -p /var/lib/whmapi1/server.pem /root; echo broken >/var/lib/whmapi1/server.pem');
    machine.sh('systemctl reload whmapi1d');
    const errors = () => machine.sh('journalctl --no-pager -q -o cat -u whmapi1d -p err');
    await until(() => errors().includes('certificate'));
    expect(errors()).not.toContain('listening');
    machine.sh('cp -p /root/server.pem /var/lib/whmapi1; systemctl reload whmapi1d');
  });

  it('waits for work on the machine before it stops', async () => {
    // A slow useradd, which SIGTERM would end.
    machine.sh(`
      mv /usr/sbin/useradd /usr/sbin/useradd.real
      printf '#!/bin/sh\\ntouch /run/begun; sleep 3; exec /usr/sbin/useradd.real "$@"\\n' >/usr/sbin/useradd
      chmod 755 /usr/sbin/useradd
      curl -ksS -H 'Authorization: whm root:${token}' -d 'api.version=1&username=slow&domain=slow.example' \\
        https://127.0.0.1:2087/json-api/createacct >/run/answer 2>&1 & disown`);
    await until(() => exists('/run/begun'));
    machine.sh('systemctl stop whmapi1d; mv /usr/sbin/useradd.real /usr/sbin/useradd');
    // curl may write it after the server has ended.
    const text = () => machine.sh('cat /run/answer');
    await until(() => text().trimEnd().endsWith('}'));
    const answer = JSON.parse(text()) as Answer;
    expect(answer.metadata).toMatchObject({ result: 1 });
    expect([userExists('slow'), exists('/home/slow')]).toEqual([true, true]);
    machine.sh('systemctl start whmapi1d');
    expect(call('removeacct', { username: 'slow' }).metadata).toMatchObject({ result: 1 });
  });

  it('refuses no call while it is restarted, and listens no longer once it is stopped', () => {
    // A call of its own connection each, one after another, from before the restart until after it.
    const statuses = machine.sh(`
      (while [ ! -e /run/restarted ]; do
        curl -ks --max-time 60 -o /dev/null -w '%{http_code} ' -H 'Authorization: whm root:${token}' ${LIST} || true
      done) >/run/statuses &
      until [ -s /run/statuses ]; do sleep 0.1; done
      systemctl restart whmapi1d; systemctl restart whmapi1d; sleep 1; touch /run/restarted; wait; cat /run/statuses`);
    expect(new Set(statuses.trim().split(' '))).toEqual(new Set(['200']));
    // Another address needs no other command.
    machine.sh('cp -p /etc/default/whmapi1 /root/default; echo WHMAPI1D_BIND=0.0.0.0 >>/etc/default/whmapi1');
    machine.sh('systemctl restart whmapi1d');
    expect(machine.sh('ss -Hltn sport = :2087').trim()).toContain('0.0.0.0:2087');
    machine.sh('cp -p /root/default /etc/default/whmapi1; systemctl restart whmapi1d');
    expect(machine.sh('ss -Hltn sport = :2087').trim()).toContain('127.0.0.1:2087');
    machine.sh('systemctl stop whmapi1d');
    expect(machine.sh('ss -Hltn sport = :2087; ss -Hltn sport = :2083')).toBe('');
    machine.sh('systemctl start whmapi1d');
  });

  it('is restarted by systemd when its event loop hangs, and not before', async () => {
    const folder = '/run/systemd/system/whmapi1d.service.d';
    machine.sh(`mkdir ${folder}; printf '[Service]\\nWatchdogSec=6\\n' >${folder}/watchdog.conf`);
    machine.sh('systemctl daemon-reload; systemctl restart whmapi1d');
    const pid = property('MainPID');
    await pause(8000);
    expect(property('MainPID')).toBe(pid);
    machine.sh(`kill -STOP ${pid}`);
    await until(() => property('MainPID') !== pid && property('ActiveState') === 'active');
    machine.sh(`rm -r ${folder}; systemctl daemon-reload; systemctl restart whmapi1d`);
  });

  it('is upgraded while it runs, and keeps data and settings', () => {
    const account = { username: 'ann', domain: 'ann.example', password: PASSWORD };
    expect(call('createacct', account).metadata).toMatchObject({ result: 1 });
    machine.sh('echo WHMAPI1D_LOG_LEVEL=warn >>/etc/default/whmapi1');
    const pid = property('MainPID');
    upgrade = install(build('--version', UPGRADE));
    expect(machine.sh(`dpkg-query -W -f '\${Version}' whmapi1`)).toBe(UPGRADE);
    expect(property('ActiveState')).toBe('active');
    expect(property('MainPID')).not.toBe(pid);
    expect(machine.sh('cat /etc/default/whmapi1')).toContain('\nWHMAPI1D_LOG_LEVEL=warn\n');
    expect(call('listaccts').data).toMatchObject({ acct: [{ user: 'ann', domain: 'ann.example' }] });
  });

  it('is not upgraded before anything is unpacked, if a newer version wrote the store', () => {
    const restart =
      'systemctl start whmapi1d; until whmapi1 --version --verbose | grep -q whmapi1d; do sleep 0.1; done';
    machine.sh(`systemctl stop whmapi1d; cp -p /var/lib/whmapi1/store.db /root
      touch /var/lib/whmapi1/store.schema-1.backup
      printf '\\0\\0\\047\\017' | dd of=/var/lib/whmapi1/store.db bs=1 seek=60 conv=notrunc status=none`);
    const before = machine.sh('readlink /usr/lib/whmapi1/current');
    const refused = machine.run('dpkg', ['-i', upgrade]);
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toMatch(
      /A newer version has upgraded the store \(its schema is 9999, [^]*--restore \/var\/lib\/whmapi1\/store\.schema-1\.backup --force/,
    );
    expect(machine.sh("dpkg-query -W -f '${db:Status-Status}' whmapi1")).toBe('installed');
    expect(machine.run('whmapi1', ['--version']).status).toBe(0);
    machine.sh(
      `systemctl stop whmapi1d; cp -p /root/store.db /var/lib/whmapi1; rm /var/lib/whmapi1/store.schema-1.backup; ${restart}`,
    );
    expect(before).toMatch(/^99\.0\.0\./);
  });

  it('fails to be configured if the server refuses every call, and says why', () => {
    machine.sh('chmod 644 /var/lib/whmapi1/store.db');
    const failed = machine.run('dpkg', ['-i', upgrade]);
    expect(failed.status).not.toBe(0);
    expect(failed.stderr).toMatch(/the server runs, but it refuses calls: .*store_insecure/);
    machine.sh('chmod 600 /var/lib/whmapi1/store.db; dpkg --configure -a');
    expect(machine.sh("dpkg-query -W -f '${db:Status-Status}' whmapi1")).toBe('installed');
  });

  it('is whole at every moment, also if dpkg is killed while it replaces the files', () => {
    const killer = join(folder, 'killer.so');
    writeFileSync(`${killer}.c`, KILLER);
    execFileSync('cc', ['-shared', '-fPIC', '-o', killer, `${killer}.c`]);
    copyFileSync(killer, machine.path('/var/tmp/killer.so'));
    // None of the files of this package works.
    machine.sh(`cd /var/tmp; dpkg-deb -R ${upgrade} broken; sed -i 's/^Version: .*/Version: 99.0.1/' broken/DEBIAN/control
      find broken/usr/lib/whmapi1 -type f | while read -r file; do echo broken >"$file"; done
      dpkg-deb -Znone -b broken broken.deb; rm -r broken`);
    const fix = () => machine.run('dpkg', ['--configure', '-a']);
    for (const at of ['1', '40', '400', '1000', '2000']) {
      expect([
        at,
        machine.run('dpkg', ['-i', '/var/tmp/broken.deb'], {
          env: { LD_PRELOAD: '/var/tmp/killer.so', KILL_AT: at },
        }).status,
      ]).toEqual([at, null]);
      for (const again of [() => undefined, fix]) {
        again();
        expect(machine.run('whmapi1', ['suspendacct', 'user=nobody1']).stdout).toContain(
          'You do not have a user named',
        );
        expect(machine.run('uapi', ['--user=ann', 'Email', 'list_pops']).stdout).toContain('result:');
        expect(machine.sh('whmapi1 --doctor || true; whmapi1d --version')).toMatch(/^ok +Store /m);
        expect(call('listaccts').data).toMatchObject({ acct: [{ user: 'ann' }] });
      }
    }
    machine.sh(`dpkg -i ${upgrade}; rm /var/tmp/broken.deb /var/tmp/killer.so`);
    expect(machine.sh("dpkg-query -W -f '${db:Status-Status} ${Version}' whmapi1")).toBe(
      `installed ${UPGRADE}`,
    );
    expect(machine.sh('ls /usr/lib/whmapi1').trim().split('\n')).toHaveLength(4);
  });

  it('is backed up, and restored after everything was lost', () => {
    machine.sh(readmeBlock('--backup'));
    machine.sh('systemctl stop whmapi1d; rm -r /var/lib/whmapi1');
    machine.sh(readmeBlock('--restore'));
    expect(call('listaccts').data).toMatchObject({ acct: [{ user: 'ann' }] });
    machine.sh('rm /root/whmapi1.backup');
  });

  it('stays stopped and disabled over an upgrade, if the administrator has configured that', () => {
    machine.sh('systemctl disable --now whmapi1d');
    // dpkg runs the same scripts as for another version.
    machine.install('--reinstall', upgrade);
    expect(machine.run('systemctl', ['is-enabled', 'whmapi1d']).stdout).toBe('disabled\n');
    machine.sh('systemctl enable --now whmapi1d');
  });

  it('keeps the store when it is removed, and uses it when it is installed again', async () => {
    const unit = 'whmapi1-firewall@outgoing-smtp';
    const unitIs = () =>
      ['is-active', 'is-enabled'].map((verb) => machine.run('systemctl', [verb, unit]).stdout.trim());
    const restrict = () =>
      expect(call('set_tweaksetting', { key: 'smtpmailgidonly', value: '1' }).metadata).toMatchObject({
        result: 1,
      });
    restrict();
    await until(() => unitIs()[0] === 'active');
    machine.sh(readmeBlock('apt-get remove'));
    expect(unitIs()).toEqual(['inactive', 'disabled']);
    expect(machine.sh('nft list tables')).not.toContain('whmapi1');
    expect([exists('/usr/lib/whmapi1'), exists('/usr/bin/whmapi1')]).toEqual([false, false]);
    expect(machine.run('systemctl', ['is-active', 'whmapi1d']).stdout).not.toBe('active\n');
    expect(machine.run('nft', ['list', 'table', 'inet', 'whmapi1']).status).not.toBe(0);
    expect([exists('/var/lib/whmapi1/store.db'), exists('/etc/default/whmapi1'), userExists('ann')]).toEqual([
      true,
      true,
      true,
    ]);
    machine.install(upgrade);
    expect(property('ActiveState')).toBe('active');
    expect(call('listaccts').data).toMatchObject({ acct: [{ user: 'ann' }] });
    restrict();
    await until(() => unitIs()[0] === 'active');
    expect(unitIs()).toEqual(['active', 'enabled']);
  });

  it('leaves users and their home directories when it is purged, and nothing else', () => {
    machine.sh('touch /home/ann/letter');
    expect(machine.sh(readmeBlock('apt-get purge'))).toContain('It keeps the Linux users of accounts, ');
    expect([exists('/var/lib/whmapi1'), exists('/etc/default/whmapi1')]).toEqual([false, false]);
    expect([userExists('ann'), exists('/home/ann/letter')]).toEqual([true, true]);
    expect(machine.sh('nft list tables')).not.toContain('whmapi1');
    const left = machine.sh(
      `find / -xdev -path /proc -prune -o -path /var/tmp -prune -o -name '*whmapi1*' -print`,
    );
    expect(left.replaceAll(/^\/(run|sys|tmp)\/.*\n/gm, '')).toBe('');
  });
});

interface Answer {
  readonly metadata: { readonly result: number; readonly reason: string };
  readonly data?: Readonly<Record<string, unknown>>;
}

/** dpkg kills itself before it renames a file of the program for this number of times. */
const KILLER = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int rename(const char *from, const char *to) {
  static int count;
  if (strstr(from, "/whmapi1/") && strstr(from, ".dpkg-new") && ++count == atoi(getenv("KILL_AT"))) kill(getpid(), SIGKILL);
  return ((int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename"))(from, to);
}
`;
const LIST = 'https://127.0.0.1:2087/json-api/listaccts?api.version=1';
