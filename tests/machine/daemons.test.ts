// Services and zones on a Debian with systemd and BIND, with named as configured by Debian’s package.
import { buildSync } from 'esbuild';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { machineRoot } from './debian-root.ts';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';

interface Line {
  readonly value?: unknown;
  readonly error?: string;
}

describeOnMachine('on a Debian with BIND', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(machineRoot());
    machine.install('bind9', 'bind9-utils');
    machine.sh('systemctl disable --now named');
    const outfile = machine.path('/var/tmp/worker.mjs');
    const { outputFiles } = buildSync({
      entryPoints: [resolve(__dirname, 'daemon-worker.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      write: false,
    });
    writeFileSync(outfile, outputFiles[0]?.contents ?? '');
    machine.sh('mkdir -m 0700 /var/lib/whmapi1');
  });
  afterAll(() => machine.stop());

  /** One process of this program that does all of it. */
  function work(...pieces: unknown[]): Line[] {
    const words = ['/var/tmp/worker.mjs', ...pieces.map((piece) => JSON.stringify(piece))];
    const { stdout, stderr } = machine.run('node', words);
    expect(stderr).toBe('');
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
  }
  const service = (method: string, unit = 'named') => work(['service', method, unit])[0];
  const dig = (name: string, type: string) => machine.sh(`dig @127.0.0.1 +short ${name} ${type}`).trim();
  const zone = (name: string, serial: number, more = '', dnssecPolicy: string | null = null) => ({
    name,
    text: `$TTL 300\n@ IN SOA ns host ${serial} 3600 600 86400 300\n@ IN NS ns\nns IN A 192.0.2.1\n${more}`,
    dnssecPolicy,
  });
  const alone = { keys: [], secondaries: [], catalog: null };

  it('a service is started, reloaded, enabled and stopped, and its state is reported', () => {
    const off = { isInstalled: true, isEnabled: false, state: 'inactive', log: [] };
    expect(service('state')).toEqual({ value: off });
    expect(service('reload')?.error).toContain('named.service');
    expect(service('start')).toEqual({});
    expect(service('enable')).toEqual({});
    const on = { isInstalled: true, isEnabled: true, state: 'active', log: [] };
    expect(service('state')).toEqual({ value: on });
    for (const verb of ['start', 'reload', 'restart', 'enable']) expect(service(verb)).toEqual({});
    expect(machine.sh('systemctl is-active named; systemctl is-enabled named')).toBe('active\nenabled\n');
    for (const verb of ['stop', 'stop', 'disable', 'disable']) expect(service(verb)).toEqual({});
    expect(service('state')).toEqual({ value: off });
  });

  it('a service that is not installed, or has a malformed name, is rejected', () => {
    expect(service('state', 'no-such')).toEqual({
      value: { isInstalled: false, isEnabled: false, state: 'inactive', log: [] },
    });
    expect(service('start', 'no-such')).toEqual({ error: 'The service “no-such.service” is not installed.' });
    expect(service('start', '--no-block')?.error).toMatch(/^Invalid unit name/);
  });

  it('a service that does not start returns its last log lines', () => {
    machine.sh('cp -p /etc/bind/named.conf.local /root; echo nonsense >>/etc/bind/named.conf.local');
    const started = service('start');
    const state = service('state');
    machine.sh(
      'mv /root/named.conf.local /etc/bind; systemctl stop named; systemctl reset-failed named || true',
    );
    expect(started?.error).toMatch(/ Its log says: .*named\.conf\.local:\d+: unknown option 'nonsense'/);
    // systemd retries a few times.
    expect(state?.value).toMatchObject({ state: expect.stringMatching(/^(?:failed|activating)$/) as string });
    expect(service('start')).toEqual({});
  });

  it('zones are served, with files that named can read and write under its AppArmor profile', () => {
    const before = machine.sh('cat /etc/bind/named.conf.local');
    const [setUp, again, made] = work(
      ['setUp', alone],
      ['setUp', alone],
      ['zone', 'a.example', zone('a.example', 1)],
    );
    expect(setUp?.value).toContain('+include "/etc/bind/whmapi1.conf";');
    expect([again, made?.error]).toEqual([{ value: '' }, undefined]);
    expect(dig('a.example', 'SOA')).toContain(' 1 3600 ');
    expect(machine.sh('cat /etc/bind/named.conf.local').startsWith(before)).toBe(true);
    expect(machine.sh('stat -c "%U %G %a %n" /etc/bind/named.conf.local /etc/bind/whmapi1/keys.conf')).toBe(
      'root bind 644 /etc/bind/named.conf.local\nroot bind 640 /etc/bind/whmapi1/keys.conf\n',
    );
    expect(machine.sh('stat -c "%U %G %a" /var/lib/bind/whmapi1 /var/lib/bind/whmapi1/a.example.db')).toBe(
      'root bind 770\nroot bind 640\n',
    );
    const profile = readFileSync(machine.path('/etc/apparmor.d/usr.sbin.named'), 'utf8');
    expect(profile).toContain('  /etc/bind/** r,\n');
    expect(profile).toContain('  /var/lib/bind/** rw,\n');
  });

  it('a zone is signed by named itself, and named owns its keys', async () => {
    expect(work(['zone', 's.example', zone('s.example', 1, '', 'default')])[0]?.error).toBeUndefined();
    for (let tries = 0; dig('s.example', 'DNSKEY') === '' && tries < 600; tries++) await pause(100);
    expect(dig('s.example', 'DNSKEY')).toMatch(/^257 3 13 /);
    expect(machine.sh('stat -c %U /var/lib/bind/whmapi1/keys/*.private')).toBe('bind\n');
    const [changed] = work(['zone', 's.example', zone('s.example', 2, 'www IN A 192.0.2.9\n', 'default')]);
    expect(changed?.error).toBeUndefined();
    expect(dig('www.s.example', 'A')).toBe('192.0.2.9');
  });

  it('while named is stopped, a change is rejected at once with a solution, and leaves no trace', () => {
    machine.sh('systemctl stop named');
    expect(work(['zone', 'b.example', zone('b.example', 1)])[0]?.error).toBe(
      'BIND is not running (connection refused). Start it with “systemctl start named” and retry the call. ' +
        'Nothing was changed.',
    );
    expect(work(['list'])[0]?.value).toEqual(['a.example', 's.example']);
    machine.sh('systemctl start named');
    expect(work(['zone', 'b.example', zone('b.example', 1)])[0]?.error).toBeUndefined();
    expect(dig('b.example', 'SOA')).toContain(' 1 3600 ');
  });

  it('zones are kept when named restarts, and are gone once they are removed', () => {
    machine.sh('systemctl restart named');
    const [undone, removed] = work(['zone', 'b.example', null, true], ['zone', 'a.example', null]);
    expect([undone?.error, removed?.error]).toEqual([undefined, undefined]);
    expect(dig('b.example', 'SOA')).toContain(' 1 3600 ');
    expect(machine.sh('dig @127.0.0.1 a.example SOA')).not.toContain('aa;');
    expect(machine.sh('ls /var/lib/bind/whmapi1 /etc/bind/whmapi1/zones')).not.toContain('a.example');
  });
});
