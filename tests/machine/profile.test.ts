// Profiles on a fresh Debian: from the package to a nameserver, in spite of interruptions.
import { writeFileSync } from 'node:fs';
import { REPOSITORY } from './debian-root.ts';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { installedRoot } from './prepared-roots.ts';
import { until } from './until.ts';

interface Envelope {
  readonly metadata: { readonly result: number; readonly reason: string };
  readonly data?: Readonly<Record<string, unknown>>;
}

interface Activation {
  readonly status: number | null;
  readonly output: string;
  /** The task's log. */
  readonly log: string;
}

const OWN_ZONE = `$TTL 300
@ IN SOA ns host 1 3600 600 86400 300
@ IN NS ns
ns IN A 192.0.2.53
`;

describeOnMachine('profiles', () => {
  let machine: Machine;

  async function boot(): Promise<void> {
    machine = await bootMachine(await installedRoot());
    // The machine has no network, so it cannot synchronise its clock. This is what systemd reports with a time server.
    writeFileSync(
      machine.path('/usr/bin/timedatectl'),
      '#!/bin/sh\necho NTP=yes; echo NTPSynchronized=yes\n',
      { mode: 0o755 },
    );
  }

  function call(name: string, ...words: string[]): Envelope {
    return JSON.parse(machine.run('whmapi1', ['--output=json', name, ...words]).stdout) as Envelope;
  }

  /** Starts the activation, for the worker of whmapi1d. @returns the task. */
  function start(code: string): string {
    const { metadata, data } = call('start_profile_activation', `code=${code}`);
    expect(metadata).toMatchObject({ result: 1 });
    return data?.log_id as string;
  }

  function activate(): Activation {
    const words = ['--output=json', '--wait', 'start_profile_activation', 'code=DNSNODE'];
    const { status, stdout, stderr } = machine.run('whmapi1', words);
    const { data } = JSON.parse(stdout) as Envelope;
    return { status, output: stdout + stderr, log: logOf(String(data?.log_id)) };
  }

  const logOf = (task: string) => machine.run('whmapi1', ['--tasks', task]).stdout;
  const current = () => call('get_current_profile');
  const dig = (...words: string[]) => machine.run('dig', ['@127.0.0.1', '+short', ...words]).stdout.trim();
  const states = () =>
    machine.run('systemctl', ['is-active', 'named']).stdout +
    machine.run('systemctl', ['is-enabled', 'named']).stdout;
  const installed = () => machine.run('dpkg-query', ['-Wf', '${db:Status-Status}', 'bind9']).stdout;

  /** The findings that --doctor would fix, without the one about resolvers: `boot.sh` has the machine ask itself. */
  function toFix(): { check: string; severity: string; message: string; command?: string }[] {
    const { stdout } = machine.run('whmapi1', ['--doctor', '--output=json']);
    const { findings } = JSON.parse(stdout) as { findings: ReturnType<typeof toFix> };
    return findings.filter(
      ({ check, severity }) => severity !== 'ok' && severity !== 'note' && check !== 'own-resolver',
    );
  }

  describe('DNSNODE on one machine, in this order', () => {
    beforeAll(boot);
    afterAll(() => machine.stop());

    it('fails with apt’s messages if no repository has the packages, and is then not active', () => {
      machine.sh(`mv ${REPOSITORY} ${REPOSITORY}.away`);
      const { status, output, log } = activate();
      machine.sh(`mv ${REPOSITORY}.away ${REPOSITORY}`);
      expect(status).toBe(1);
      expect(output).toMatch(/“apt-get” failed: E: .*bind9/);
      expect(log).toMatch(/It failed: “apt-get” failed: E: .*bind9/);
      expect(current().metadata).toEqual(
        expect.objectContaining({
          result: 0,
          reason: expect.stringMatching(/^No profile is active/) as string,
        }),
      );
      expect([installed(), machine.run('test', ['-e', '/etc/bind']).status]).toEqual(['', 1]);
    });

    it('installs BIND, configures and starts it, and the log says what was changed', () => {
      const { status, log } = activate();
      expect({ status, log }).toEqual({ status: 0, log: expect.any(String) as string });
      expect(log).toMatch(/Installed: .*bind9 1:9\.\d.*bind9-utils 1:9\./);
      expect(log).toMatch(/\+include "\/etc\/bind\/whmapi1\.conf";/);
      expect(log).toContain('The profile DNSNODE is active.');
      expect(log).not.toContain('Nothing on this server had to be changed.');
      expect(current().data).toMatchObject({ code: 'DNSNODE' });
      expect(states()).toBe('active\nenabled\n');
      expect(dig('version.bind', 'CH', 'TXT')).toMatch(/^"9\.\d/);
      expect(machine.sh('named-checkconf -p')).toContain('whmapi1-transfer');
    });

    it('has files like those of a package that an administrator installed', () => {
      // The server has a umask of 0077.
      expect(machine.sh('stat -c "%U %G %a" /usr/sbin/named /etc/bind /etc/bind/named.conf.local')).toBe(
        'root root 755\nroot bind 2755\nroot bind 644\n',
      );
      expect(machine.sh('dpkg --audit; dpkg --verify bind9 | grep -v " c " || true')).toBe('');
    });

    it('changes nothing the second time, and says so', () => {
      const files = () =>
        machine.sh(
          'find /etc/bind /var/lib/bind -type f -printf "%p %T@ %i\\n" | sort; systemctl show -P MainPID named',
        );
      const before = files();
      const { status, log } = activate();
      expect(status).toBe(0);
      expect(log).toContain('Already installed: bind9, bind9-utils.');
      expect(log).toContain('Already enabled and running: named.');
      expect(log).toContain('BIND already includes the zones of whmapi1.');
      expect(log).toContain('Nothing on this server had to be changed.');
      expect(files()).toBe(before);
    });

    it('keeps a configuration and a zone that were written by hand', () => {
      const local = machine.path('/etc/bind/named.conf.local');
      writeFileSync(machine.path('/etc/bind/own.db'), OWN_ZONE);
      // Without the line that includes our file: the administrator has restored an older version.
      const own = '// By hand.\nzone "own.example" { type primary; file "/etc/bind/own.db"; };\n';
      writeFileSync(local, own);
      machine.sh('systemctl reload named');
      expect(dig('ns.own.example', 'A')).toBe('192.0.2.53');
      expect(toFix()).toEqual([
        expect.objectContaining({
          check: 'roles',
          severity: 'problem',
          message: expect.stringContaining('does not include the zones of whmapi1') as string,
          command: 'whmapi1 --wait start_profile_activation code=DNSNODE',
        }),
      ]);
      const { status, log } = activate();
      expect(status).toBe(0);
      expect(log).toMatch(/\+include "\/etc\/bind\/whmapi1\.conf";/);
      expect(machine.sh('cat /etc/bind/named.conf.local').startsWith(own)).toBe(true);
      const [, backup = ''] =
        /Backup, in the state directory: (\S+\/named\.conf\.local\/\S+)$/m.exec(log) ?? [];
      expect(machine.sh(`cat /var/lib/whmapi1/${backup}`)).toBe(own);
      expect(dig('ns.own.example', 'A')).toBe('192.0.2.53');
    });

    it('leaves nothing that --doctor would fix, and --doctor reports a stopped server and how to start it', () => {
      expect(toFix()).toEqual([]);
      machine.sh('systemctl disable --now named');
      const [finding, ...others] = toFix();
      expect(others).toEqual([]);
      expect(finding).toMatchObject({ check: 'roles', severity: 'problem' });
      machine.sh(finding?.command ?? 'false');
      expect([states(), toFix()]).toEqual(['active\nenabled\n', []]);
    });

    it('has a secondary, whose key only BIND’s group can read, also after another activation', async () => {
      const { stdout } = machine.run('whmapi1', ['--add-secondary', '127.0.0.1:5300']);
      const [outside = '', inside = ''] = stdout.split('// Inside of its options:');
      const [, keyName = '', secret = ''] = /^key "([^"]+)" .*secret "([^"]+)"/m.exec(stdout) ?? [];
      // Another server on this machine.
      const folder = '/var/lib/bind/second';
      machine.sh(`install -d -o bind -g bind ${folder}`);
      writeFileSync(
        machine.path(`${folder}/named.conf`),
        `options { directory "${folder}"; listen-on port 5300 { 127.0.0.1; }; listen-on-v6 { none; }; pid-file none;
          session-keyfile none; recursion no; dnssec-validation no; ${inside} };\ncontrols { };\n${outside}`,
      );
      machine.sh(`systemd-run --quiet --unit=second named -f -u bind -c ${folder}/named.conf`);
      const second = (...words: string[]) =>
        machine.run('dig', ['@127.0.0.1', '-p5300', '+short', '+time=1', '+tries=1', ...words]).stdout.trim();
      expect(call('adddns', 'domain=ann.example', 'ip=192.0.2.20').metadata).toMatchObject({ result: 1 });
      await until(() => second('ann.example', 'A') === '192.0.2.20');

      expect(machine.sh('stat -c "%U %G %a" /etc/bind/whmapi1/keys.conf')).toBe('root bind 640\n');
      const places = machine.run('grep', [
        '-rlF',
        '--',
        secret,
        '/var/lib/whmapi1',
        '/var/log',
        '/etc',
      ]).stdout;
      expect(
        places.split('\n').filter((path) => !path.startsWith('/var/lib/whmapi1/files/backups/')),
      ).toEqual(['/etc/bind/whmapi1/keys.conf', '']);
      expect(activate().log).toContain('Nothing on this server had to be changed.');
      const axfr = (...words: string[]) =>
        machine.run('dig', ['@127.0.0.1', '+short', 'ann.example', 'AXFR', ...words]).stdout;
      expect(axfr()).not.toContain('192.0.2.20');
      expect(axfr('-y', `hmac-sha256:${keyName}:${secret}`)).toContain('192.0.2.20');

      expect(call('killdns', 'domain=ann.example').metadata).toMatchObject({ result: 1 });
      await until(() => second('ann.example', 'A') === '');
      machine.sh('systemctl stop second');
      expect(machine.run('whmapi1', ['--remove-secondary', '127.0.0.1:5300']).status).toBe(0);
      expect(axfr('-y', `hmac-sha256:${keyName}:${secret}`)).not.toContain('192.0.2.20');
      expect(toFix()).toEqual([]);
    });

    it('serves the zones of accounts and the changes of functions, by the confined server, and keeps edits by hand', async () => {
      const { data: token } = call('api_token_create', 'token_name=machine');
      // Over HTTPS, so that whmapi1d does it.
      const https = (name: string, parameters: Readonly<Record<string, string>>) => {
        const answer = machine.sh(
          `curl -ksS --max-time 60 -H 'Authorization: whm root:${String(token?.token)}' --data @- https://127.0.0.1:2087/json-api/${name}`,
          { input: new URLSearchParams({ 'api.version': '1', ...parameters }).toString() },
        );
        const { metadata, data } = JSON.parse(answer) as Envelope;
        expect({ name, ...metadata }).toMatchObject({ result: 1 });
        return data;
      };
      const domain = 'bob.example';
      /**
       * The server responds with authority. For another name it asks other servers, which this machine cannot reach.
       */
      const isServed = (name: string) =>
        /^;; flags:.* aa\b/m.test(machine.sh(`dig @127.0.0.1 +tries=1 +time=5 ${name} SOA || true`));
      const lineOf = (name: string) => {
        const data = https('dumpzone', { domain }) as {
          zone: [{ record: { name?: string; Line: number }[] }];
        };
        return String(data.zone[0].record.find((record) => record.name === `${name}.${domain}.`)?.Line);
      };

      machine.sh(`printf '[Match]\\nName=eth0\\n[Network]\\nAddress=192.0.2.2/24\\nGateway=192.0.2.1\\n' >/etc/systemd/network/10-eth0.network
        systemctl enable --quiet systemd-networkd; systemctl restart systemd-networkd`);
      const addresses = () => {
        const links = JSON.parse(machine.sh('ip -j address show dev eth0')) as [
          { addr_info: { family: string; local: string }[] },
        ];
        return links[0].addr_info.filter(({ family }) => family === 'inet').map(({ local }) => local);
      };
      await until(() => addresses().includes('192.0.2.2'));

      https('update_nameservers_config', { nameserver: 'ns1.server.example' });
      // No task changes the zone meanwhile.
      https('createacct', { username: 'bob', domain, dkim: '0', spf: '0' });
      // BIND answers for a new account shortly after the call.
      await until(() => isServed(domain));
      expect([dig(domain, 'A'), dig(domain, 'NS')]).toEqual(['192.0.2.2', 'ns1.server.example.']);
      expect(dig(`www.${domain}`, 'CNAME')).toBe(`${domain}.`);
      https('addzonerecord', { domain, name: 'shop', type: 'A', address: '192.0.2.8' });
      expect(dig(`shop.${domain}`, 'A')).toBe('192.0.2.8');
      https('editzonerecord', { domain, line: lineOf('shop'), address: '192.0.2.9' });
      expect(dig(`shop.${domain}`, 'A')).toBe('192.0.2.9');

      machine.sh(
        `echo 'hand 300 IN A 192.0.2.10 ; by hand' >>/var/lib/bind/whmapi1/${domain}.db; rndc reload ${domain}`,
      );
      const serial = () => dig(domain, 'SOA').split(' ')[2] ?? '';
      const add = (dname: string, ...data: string[]) =>
        JSON.stringify({ dname, ttl: 300, record_type: 'A', data });
      https('mass_edit_dns_zone', { zone: domain, serial: serial(), add: add('many', '192.0.2.11') });
      expect(dig(`many.${domain}`, 'A')).toBe('192.0.2.11');
      expect(dig(`hand.${domain}`, 'A')).toBe('192.0.2.10');
      expect(machine.sh(`cat /var/lib/bind/whmapi1/${domain}.db`)).toContain('; by hand');

      https('enable_dnssec_for_domains', { domain, algo_num: '13' });
      const validated = (name: string) => {
        const ds = https('fetch_ds_records_for_domains', { domain }) as {
          domains: [
            { ds_records: { keys: Record<string, { digests: { algo_num: number; digest: string }[] }> } },
          ];
        };
        const [[tag, key] = []] = Object.entries(ds.domains[0].ds_records.keys);
        const digest = key?.digests.find((one) => one.algo_num === 2)?.digest;
        const anchors = `trust-anchors { "${domain}." static-ds ${tag} 13 2 "${digest}"; };`;
        writeFileSync(machine.path('/var/tmp/anchors'), anchors);
        return machine.sh(`delv @127.0.0.1 -a /var/tmp/anchors +root=${domain} ${name} A 2>&1 || true`);
      };
      expect(validated(`many.${domain}`)).toContain('; fully validated');
      https('addzonerecord', { domain, name: 'signed', type: 'A', address: '192.0.2.12' });
      expect(validated(`signed.${domain}`)).toContain('; fully validated');
      expect(machine.sh('stat -c "%U %a" /var/lib/bind/whmapi1/keys/*.private')).toBe('bind 600\n');
      https('disable_dnssec_for_domains', { domain });
      expect(dig(`signed.${domain}`, 'A', '+dnssec')).toBe('192.0.2.12');
      expect(machine.sh('ls /var/lib/bind/whmapi1/keys')).toBe('');

      https('removezonerecord', { zone: domain, line: lineOf('shop') });
      expect([dig(`shop.${domain}`, 'A'), dig(`hand.${domain}`, 'A')]).toEqual(['', '192.0.2.10']);

      https('addips', { ips: '192.0.2.20', netmask: '255.255.255.0' });
      expect(addresses()).toContain('192.0.2.20');
      https('setsiteip', { user: 'bob', ip: '192.0.2.20' });
      expect([dig(domain, 'A'), dig(`ftp.${domain}`, 'A')]).toEqual(['192.0.2.20', '192.0.2.20']);

      await machine.reboot();
      await until(() => addresses().length === 2);
      expect(addresses().sort()).toEqual(['192.0.2.2', '192.0.2.20']);
      expect([dig(domain, 'A'), dig(`hand.${domain}`, 'A')]).toEqual(['192.0.2.20', '192.0.2.10']);
      expect(https('listips', {})).toMatchObject({
        ip: [expect.objectContaining({ ip: '192.0.2.2' }), expect.objectContaining({ ip: '192.0.2.20' })],
      });

      https('modifyacct', { user: 'bob', domain: 'robert.example' });
      expect([dig('robert.example', 'A'), dig('hand.robert.example', 'A')]).toEqual([
        '192.0.2.20',
        '192.0.2.10',
      ]);
      expect(dig('www.robert.example', 'CNAME')).toBe('robert.example.');
      expect([isServed(domain), isServed('robert.example')]).toEqual([false, true]);
      https('removeacct', { username: 'bob' });
      expect(isServed('robert.example')).toBe(false);
      https('delip', { ip: '192.0.2.20' });
      expect(addresses()).toEqual(['192.0.2.2']);

      https('adddns', { domain, ip: '192.0.2.7' });
      expect(dig(domain, 'A')).toBe('192.0.2.7');
      https('killdns', { domain });
      expect(isServed(domain)).toBe(false);
      expect([dig('ns.own.example', 'A'), toFix()]).toEqual(['192.0.2.53', []]);
    });

    it('leaves the server confined: systemd’s exposure level stays below 4', () => {
      const report = machine.sh('systemd-analyze security --no-pager whmapi1d.service');
      const [, level] = /Overall exposure level for whmapi1d\.service: ([\d.]+)/.exec(report) ?? [];
      expect(Number(level)).toBeLessThan(4);
    });
  });

  describe('when it is interrupted while apt works', () => {
    beforeEach(async () => {
      await boot();
      // dpkg waits in the middle, with the first package unpacked.
      writeFileSync(
        machine.path('/var/tmp/slow'),
        '#!/bin/sh\n[ -e /run/slowed ] && exit 0\ntouch /run/slowed\nuntil [ -e /run/go ]; do sleep 0.1; done\n',
        { mode: 0o755 },
      );
      writeFileSync(machine.path('/etc/dpkg/dpkg.cfg.d/slow'), 'post-invoke=/var/tmp/slow\n');
      writeFileSync(
        machine.path('/etc/apt/apt.conf.d/99slow'),
        'DPkg::Pre-Install-Pkgs {"/var/tmp/slow"; };\n',
      );
    });
    afterEach(() => machine.stop());

    const isSlowed = () => machine.run('test', ['-e', '/run/slowed']).status === 0;
    const pid = () => machine.sh('systemctl show -P MainPID whmapi1d').trim();

    async function finished(task: string): Promise<string> {
      await until(() => /The profile \w+ is active|It failed|It is stopped/.test(logOf(task)));
      return logOf(task);
    }

    it('is continued by the next worker while apt finishes, and the server has zones', async () => {
      const task = start('DNSNODE');
      await until(isSlowed);
      const before = pid();
      machine.sh(`kill -KILL ${before}`);
      await until(() => logOf(task).includes('Waiting for the unit whmapi1-apt'));
      machine.sh('touch /run/go');
      const log = await finished(task);
      expect(pid()).not.toBe(before);
      expect(log).toContain('The profile DNSNODE is active.');
      expect([states(), machine.sh('dpkg --audit')]).toEqual(['active\nenabled\n', '']);
      expect(current().data).toMatchObject({ code: 'DNSNODE' });
      expect(call('createacct', 'username=bob', 'domain=bob.example').metadata).toMatchObject({ result: 1 });
      await until(() => dig('bob.example', 'NS') !== '');
      expect(toFix()).toEqual([]);
    });

    it('is also continued if apt and dpkg were killed with the worker', async () => {
      machine.sh('rm /etc/apt/apt.conf.d/99slow');
      // In dpkg itself, after its first call.
      const task = start('DNSNODE');
      await until(isSlowed);
      machine.sh(`systemctl kill --signal=KILL whmapi1-apt & kill -KILL ${pid()}; wait`);
      const log = await finished(task);
      expect(log).toContain('The profile DNSNODE is active.');
      expect([states(), machine.sh('dpkg --audit')]).toEqual(['active\nenabled\n', '']);
    });
  });
});
