// The server itself on a booted Debian: its hostname, and services that do not behave.
import { copyFileSync } from 'node:fs';
import { builtPackage } from './built-package.ts';
import { machineRoot } from './debian-root.ts';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
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
const DEB = '/var/tmp/whmapi1.deb';

describeOnMachine('the server', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(machineRoot());
    copyFileSync(builtPackage(), machine.path(DEB));
    machine.install(DEB);
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
});
