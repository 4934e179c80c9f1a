// The server itself on a booted Debian: its hostname, and services that do not behave.
import { buildSync } from 'esbuild';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { installedRoot } from './prepared-roots.ts';
import { until } from './until.ts';

interface Envelope {
  readonly metadata: {
    readonly result: number;
    readonly reason: string;
    readonly output?: { readonly messages?: readonly string[]; readonly warnings?: readonly string[] };
  };
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Prints the name of the certificate that whmapi1d uses for new connections. */
const SHOW_SUBJECT = `
  const socket = require('node:tls').connect({ port: 2087, host: '127.0.0.1', rejectUnauthorized: false }, () => {
    console.log(socket.getPeerCertificate().subject.CN);
    socket.destroy();
  });`;
/** Prints what whmapi1d answers to a query with an Authorization header. */
const ASK = `
  const [query, authorization] = process.argv.slice(-2);
  const options = { rejectUnauthorized: false, headers: { authorization } };
  require('node:https').get('https://127.0.0.1:2087/json-api/' + query, options, (answer) => answer.pipe(process.stdout));`;

describeOnMachine('the server', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(await installedRoot());
  });
  afterAll(() => machine.stop());

  function call(name: string, ...words: string[]): Envelope {
    return JSON.parse(machine.run('whmapi1', ['--output=json', name, ...words]).stdout) as Envelope;
  }
  const hostname = () => machine.sh('hostnamectl hostname; uname -n; cat /etc/hostname').trim().split('\n');
  const served = () => machine.run('node', ['-e', SHOW_SUBJECT]).stdout.trim();

  describe('sethostname', () => {
    it('is seen by hostnamectl, by the kernel, in /etc/hosts and in the certificate', async () => {
      machine.sh('echo former.example.com >/etc/mailname');
      await until(() => machine.run('test', ['-e', '/var/lib/whmapi1/server.pem']).status === 0);
      const [former = ''] = hostname();
      expect(call('sethostname', 'hostname=web1.example.net').metadata).toMatchObject({
        result: 1,
        reason: 'Hostname Changed to: web1.example.net',
      });
      expect(hostname()).toEqual(['web1.example.net', 'web1.example.net', 'web1.example.net']);
      expect(machine.sh('getent hosts web1.example.net')).toContain('web1.example.net');
      expect(machine.run('grep', ['--word-regexp', '--', former, '/etc/hosts']).stdout).toBe('');
      expect(machine.sh('cat /etc/mailname')).toBe('web1.example.net\n');
      await until(() => served() === 'web1.example.net');
    });

    it('is seen by the running server, and no account can take it', () => {
      const { token } = call('api_token_create', 'token_name=host').data as { token: string };
      const ask = (query: string) => {
        const { stdout } = machine.run('node', ['-e', ASK, '--', query, `whm root:${token}`]);
        return JSON.parse(stdout) as Envelope;
      };
      expect(ask('gethostname?api.version=1').data).toEqual({ hostname: 'web1.example.net' });
      expect(ask('createacct?username=eve&domain=web1.example.net&api.version=1').metadata.reason).toContain(
        'is the name of this server',
      );
    });

    it('is restored if the certificate cannot be created', () => {
      const before = machine.sh('cat /etc/hosts /etc/mailname');
      // A directory in its place cannot be removed.
      machine.sh('rm -f /var/lib/whmapi1/server.pem.former; mkdir /var/lib/whmapi1/server.pem.former');
      const { metadata } = call('sethostname', 'hostname=web2.example.net');
      machine.sh('rmdir /var/lib/whmapi1/server.pem.former');
      expect(metadata.result).toBe(0);
      expect(hostname()).toEqual(['web1.example.net', 'web1.example.net', 'web1.example.net']);
      expect(machine.sh('cat /etc/hosts /etc/mailname')).toBe(before);
    });

    it('is possible without D-Bus, and kept after a reboot', async () => {
      machine.sh('systemctl stop dbus.socket dbus.service; rm -f /run/dbus/system_bus_socket');
      expect(call('sethostname', 'hostname=web3.example.net').metadata.result).toBe(1);
      expect(machine.sh('uname -n; cat /etc/hostname')).toBe('web3.example.net\nweb3.example.net\n');
      await machine.reboot();
      expect(hostname()).toEqual(['web3.example.net', 'web3.example.net', 'web3.example.net']);
      expect(call('gethostname').data).toEqual({ hostname: 'web3.example.net' });
    });
  });

  describe('a service', () => {
    /** The unit of a service of WHM's that no package installs here. */
    function addUnit(name: string, ...lines: string[]): void {
      const text = [
        '[Service]',
        'ExecStart=/bin/sleep infinity',
        ...lines,
        '[Install]',
        'WantedBy=multi-user.target',
      ];
      machine.sh(
        `mkdir -p /usr/local/lib/systemd/system; cat >/usr/local/lib/systemd/system/${name}.service`,
        {
          input: text.join('\n'),
        },
      );
      machine.sh(`systemctl daemon-reload; systemctl enable --now ${name}`);
    }
    const status = (service: string) =>
      (call('servicestatus', `service=${service}`).data?.service as Record<string, number>[])[0];
    const pidOf = (unit: string) => machine.sh(`systemctl show --property=MainPID --value ${unit}`).trim();

    it('that is masked is not started, and the reason says how to allow it', () => {
      addUnit('rsyslog');
      expect(status('rsyslogd')).toMatchObject({ installed: 1, enabled: 1, running: 1 });
      machine.sh('systemctl mask --now rsyslog');
      expect(status('rsyslogd')).toMatchObject({ installed: 1, enabled: 0, running: 0 });
      for (const [name, ...words] of [
        ['restartservice'],
        ['restartservice', '--dry-run'],
        ['configureservice', 'enabled=1'],
      ] as const) {
        const { metadata } = call(name, 'service=rsyslogd', ...words);
        expect(metadata.result).toBe(0);
        expect(metadata.reason).toContain('is masked. To allow it, run “systemctl unmask rsyslog”');
      }
      expect(call('configureservice', 'service=rsyslogd', 'enabled=0', 'monitored=1').metadata.result).toBe(
        1,
      );
      machine.sh('systemctl unmask rsyslog');
      expect(call('configureservice', 'service=rsyslogd', 'enabled=1').metadata.result).toBe(1);
      expect(status('rsyslogd')).toMatchObject({ enabled: 1, running: 1, monitored: 1 });
    });

    it('with a masked unit is that of another daemon that does its work', () => {
      addUnit('mariadb');
      machine.sh('systemctl mask --now mariadb');
      addUnit('mysql');
      expect(status('mysql')).toMatchObject({ installed: 1, enabled: 1, running: 1 });
      expect(call('restartservice', 'service=mysql').metadata.result).toBe(1);
    });

    it('that hangs when it stops is killed by systemd, and the call waits until it is active again', () => {
      addUnit('p0f', 'ExecStop=/bin/sleep infinity', 'TimeoutStopSec=1');
      const before = pidOf('p0f');
      expect(call('restartservice', 'service=p0f')).toMatchObject({
        metadata: { result: 1 },
        data: { output: 'Fingerprints of clients (p0f) was restarted and is active.' },
      });
      expect(['0', before]).not.toContain(pidOf('p0f'));
      expect(call('configureservice', 'service=p0f', 'enabled=0').metadata.result).toBe(1);
      // systemd regards a unit that it had to kill as failed.
      expect(status('p0f')).toMatchObject({ enabled: 0, running: 0 });
    });

    /** Calls methods of SystemdServices for a unit. @returns what they returned, or the messages of their errors. */
    const work = (unit: string, ...methods: string[]): unknown[] => {
      const { outputFiles } = buildSync({
        entryPoints: [resolve(__dirname, 'service-worker.ts')],
        bundle: true,
        platform: 'node',
        format: 'cjs',
        target: 'node20',
        write: false,
      });
      writeFileSync(machine.path('/var/tmp/worker.cjs'), outputFiles[0]?.contents ?? '');
      return JSON.parse(machine.run('node', ['/var/tmp/worker.cjs', unit, ...methods]).stdout) as unknown[];
    };

    it('that reads its files again for somebody else is active meanwhile', async () => {
      addUnit('p0f', 'ExecReload=/bin/sleep infinity');
      machine.sh('systemctl start p0f; systemctl reload --no-block p0f');
      await until(
        () => machine.sh('systemctl show --property=ActiveState --value p0f').trim() === 'reloading',
      );
      expect(work('p0f', 'state')).toMatchObject([{ state: 'active' }]);
      machine.sh('systemctl kill --signal=SIGKILL p0f');
    });

    it('that never stops gives a failure that says how to end it, and can be made to start again', async () => {
      addUnit('nscd', 'ExecStop=/bin/sleep infinity', 'TimeoutStopSec=infinity', 'ExecReload=/bin/true');
      const [stopped, reloaded, state, restarted] = work('nscd', 'stop', 'reload', 'state', 'restartLater');
      expect(stopped).toContain(
        '“nscd.service” did not stop within 1 seconds, and systemd is still waiting for it. End its processes with ' +
          '“systemctl kill --signal=SIGKILL nscd.service”, and then retry the call.',
      );
      // A reload does not take the place of the stop.
      expect(reloaded).toMatch(/^“nscd\.service” is not active, because it was stopped meanwhile\./);
      expect(state).toMatchObject({ state: 'deactivating' });
      expect(restarted).toBeNull();
      machine.sh('systemctl kill --signal=SIGKILL nscd.service');
      await until(() => status('nscd')?.running === 1);
    });
  });
});
