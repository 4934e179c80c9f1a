// WHM’s services on a booted Debian: their state in systemd, and a monitor that restarts services that stopped or do
// not respond.
import { setTimeout as pause } from 'node:timers/promises';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { installedRoot } from './prepared-roots.ts';
import { until } from './until.ts';

interface Envelope {
  readonly metadata: { readonly result: number; readonly reason: string };
  readonly data?: Readonly<Record<string, unknown>>;
}

describeOnMachine('services', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(await installedRoot());
    machine.install('bind9', 'bind9-utils');
  });
  afterAll(() => machine.stop());

  function call(name: string, ...words: string[]): Envelope {
    return JSON.parse(machine.run('whmapi1', ['--output=json', name, ...words]).stdout) as Envelope;
  }
  const status = (service: string) => {
    const { data } = call('servicestatus', `service=${service}`);
    return (data?.service as Record<string, number>[])[0];
  };
  const pidOf = (unit: string) => machine.sh(`systemctl show --property=MainPID --value ${unit}`).trim();
  const tasks = () => machine.run('whmapi1', ['--tasks', '--output=json']).stdout;

  it('are installed, enabled and running as systemd reports', () => {
    expect(status('named')).toMatchObject({ installed: 1, enabled: 1, running: 1, monitored: 0 });
    expect(status('cpsrvd')).toMatchObject({ installed: 1, running: 1 });
    expect(status('httpd')).toMatchObject({ installed: 0, enabled: 0, running: 0 });
    machine.sh('systemctl stop named');
    expect(status('named')).toMatchObject({ enabled: 1, running: 0 });
  });

  it('restart, and the call returns once the service is active', () => {
    expect(call('restartservice', 'service=named')).toMatchObject({
      metadata: { result: 1 },
      data: { service: 'named', output: 'DNS server (BIND) was restarted and is active.' },
    });
    expect(status('named')).toMatchObject({ running: 1 });
    expect(call('restartservice', 'service=httpd').metadata).toMatchObject({
      result: 0,
      reason: 'The service “httpd” is not installed on this server.',
    });
  });

  it('that do not start are reported with the last lines of their log', () => {
    machine.sh('cp -p /etc/bind/named.conf.local /root; echo nonsense >>/etc/bind/named.conf.local');
    const { metadata } = call('restartservice', 'service=named');
    machine.sh('cp -p /root/named.conf.local /etc/bind');
    expect(metadata.result).toBe(0);
    expect(metadata.reason).toContain('nonsense');
    // Although systemd has given up, after several starts within seconds.
    expect(call('restartservice', 'service=named').metadata.result).toBe(1);
  });

  it('of this program itself respond first, and then restart', async () => {
    const before = pidOf('whmapi1d');
    expect(call('set_tweaksetting', 'key=chkservd_check_interval', 'value=5').metadata.result).toBe(1);
    expect(call('restartservice', 'service=cpsrvd').data).toMatchObject({ service: 'cpsrvd' });
    await until(() => status('cpsrvd')?.running === 1 && !['0', before].includes(pidOf('whmapi1d')));
  });

  it('that are monitored are started again when somebody stops them, and the task gives the reason', async () => {
    expect(call('configureservice', 'service=named', 'monitored=1').metadata.result).toBe(1);
    machine.sh('systemctl stop named');
    await until(() => status('named')?.running === 1);
    await until(() => tasks().includes('"state":"done"') || tasks().includes('"state": "done"'));
    const { tasks: all } = JSON.parse(tasks()) as { tasks: { id: number; kind: string }[] };
    const restart = all.find(({ kind }) => kind === 'restart-service');
    expect(machine.run('whmapi1', ['--tasks', String(restart?.id)]).stdout).toContain(
      'The service “named” does not run: it is inactive.',
    );
  });

  it('that fail and recover are reported by mail, which is in the queue of the mail system', async () => {
    machine.install('dma');
    expect(call('configureservice', 'service=named', 'monitored=1').metadata.result).toBe(1);
    const contact = call('update_contact_email', 'contact_email=admin@example.com').metadata;
    expect(contact).toMatchObject({ result: 1 });
    machine.sh('systemctl stop named');
    const queue = () => machine.sh('cat /var/spool/dma/M* 2>/dev/null || true');
    await until(() => /^Subject: .*The service named failed$/m.test(queue()));
    await until(() => /^Subject: .*The service named works again$/m.test(queue()));
    expect(queue()).toMatch(/^To: admin@example\.com$/m);
    expect(machine.sh('mailq')).toContain('admin@example.com');
    expect(status('named')).toMatchObject({ running: 1 });
  });

  it('that are monitored are restarted when they run but do not respond', async () => {
    const before = pidOf('named');
    expect(Number(before)).toBeGreaterThan(1);
    // systemd kills it after a minute and a half.
    machine.sh(`mkdir -p /run/systemd/system/named.service.d
      printf '[Service]\\nTimeoutStopSec=2\\n' >/run/systemd/system/named.service.d/stop.conf
      systemctl daemon-reload; kill -STOP ${before}`);
    await until(() => status('named')?.running === 1 && !['0', before].includes(pidOf('named')));
    expect(machine.sh('dig @127.0.0.1 +short +time=5 version.bind CH TXT')).not.toBe('');
  });

  it('that are disabled stay stopped, although they are monitored', async () => {
    expect(call('configureservice', 'service=named', 'enabled=0').metadata.result).toBe(1);
    expect(status('named')).toMatchObject({ enabled: 0, running: 0, monitored: 1 });
    // A new monitor first checks everything.
    const before = pidOf('whmapi1d');
    call('restartservice', 'service=cpsrvd');
    await until(() => !['0', before].includes(pidOf('whmapi1d')));
    const restarts = () => tasks().split('restart-service').length;
    const known = restarts();
    await pause(6000);
    expect([restarts(), status('named')?.running]).toEqual([known, 0]);
    expect(call('configureservice', 'service=named', 'enabled=1').metadata.result).toBe(1);
    expect(status('named')).toMatchObject({ enabled: 1 });
    // The call returns once systemd has started it, and named then loads its zones.
    await until(() => status('named')?.running === 1);
  });
});
