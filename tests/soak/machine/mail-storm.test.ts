// An hour of mail, 10 messages a second, while daemons are killed and accounts change: every message that was accepted
// arrives, and once. If Dovecot or Exim is killed after it has written a message and before it has recorded that, Exim sends
// it again (RFC 1047). WHMAPI1_STORM_MINUTES chooses another time.
import { spawn } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { describeOnMachine } from '../../machine/describe-on-machine.ts';
import { bootMachine, type Machine } from '../../machine/machine.ts';
import { hostingRoot } from '../../machine/prepared-roots.ts';
import { until } from '../../machine/until.ts';

const MINUTES = Number(process.env.WHMAPI1_STORM_MINUTES ?? 60);
const PASSWORD = 'correct horse battery staple 7';
const SENDER = '/root/send-storm.cjs';
const ACCEPTED = '/root/accepted';
const CALM_MS = 5000;

describeOnMachine('a storm of mail', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(await hostingRoot());
    copyFileSync('tests/soak/machine/send-storm.cjs', machine.path(SENDER));
  });
  afterAll(() => machine.stop());

  const email = (user: string, name: string, ...words: string[]) => {
    const { stdout } = machine.run('uapi', ['--output=json', `--user=${user}`, 'Email', name, ...words]);
    const { errors } = (JSON.parse(stdout) as { result: { errors: string[] | null } }).result;
    expect([name, errors]).toEqual([name, null]);
  };
  /** The daemons are there again afterwards. */
  const daemons = (command: string) =>
    machine.sh(`${command}; sleep 1; systemctl reset-failed; systemctl start dovecot exim4 whmapi1d`);

  /** Each is followed by a calm. */
  const faults: readonly ((round: number) => void)[] = [
    () => daemons('systemctl kill --kill-whom=main -s KILL exim4 || true'),
    () => daemons('systemctl stop dovecot; sleep 5'),
    (round) => {
      const name = `extra${round}`;
      email('bob', 'add_pop', `email=${name}`, 'domain=bob.example', `password=${PASSWORD}`);
      email('bob', 'edit_pop_quota', `email=${name}`, 'domain=bob.example', 'quota=7');
      email('bob', 'passwd_pop', `email=${name}`, 'domain=bob.example', `password=${PASSWORD} ${round}`);
      email('bob', 'delete_pop', `email=${name}`, 'domain=bob.example');
    },
    () => daemons('systemctl kill -s KILL whmapi1d || true'),
    () => {
      machine.sh('whmapi1 hold_outgoing_email user=bob');
      machine.sh('sleep 3; whmapi1 release_outgoing_email user=bob');
    },
    () => machine.sh('mv /etc/resolv.conf /etc/resolv.away; sleep 5; mv /etc/resolv.away /etc/resolv.conf'),
    (round) => {
      email(
        'bob',
        'add_forwarder',
        'domain=bob.example',
        `email=f${round}`,
        'fwdopt=fwd',
        'fwdemail=box0@eve.example',
      );
      machine.sh('systemctl reload dovecot exim4');
    },
    () => machine.sh('whmapi1 suspendacct user=eve; sleep 2; whmapi1 unsuspendacct user=eve'),
  ];

  /** True if Exim knows of one delivery to Dovecot alone: the process of another one has ended before it could record it. */
  const wasInterrupted = (number: string): boolean => {
    const id = machine.sh(`grep -hoP '\\S+(?= <= .* T="storm-${number}")' /var/log/exim4/mainlog`).trim();
    return machine.sh(`grep -cE '${id} [=-]> .* T=dovecot' /var/log/exim4/mainlog || true`).trim() === '1';
  };

  it(
    'loses nothing and doubles nothing',
    async () => {
      for (const user of ['bob', 'eve']) {
        machine.sh(`whmapi1 createacct username=${user} domain=${user}.example`);
        for (const number of [0, 1, 2, 3, 4]) {
          email(
            user,
            'add_pop',
            `email=box${number}`,
            `domain=${user}.example`,
            `password=${PASSWORD}`,
            'quota=0',
          );
        }
      }
      email(
        'bob',
        'add_forwarder',
        'domain=bob.example',
        'email=forwarded',
        'fwdopt=fwd',
        'fwdemail=box1@eve.example',
      );
      const words = [
        '-t',
        String(machine.pid),
        '-a',
        '--root',
        '--wdns=/',
        'node',
        SENDER,
        ACCEPTED,
        '10',
        PASSWORD,
      ];
      const sender = spawn('nsenter', words, { stdio: ['pipe', 'inherit', 'inherit'] });
      const ended = new Promise((resolve) => sender.once('close', resolve));
      const end = Date.now() + MINUTES * 60_000;
      for (let round = 0; Date.now() < end; round += 1) {
        faults[round % faults.length]?.(round);
        await pause(CALM_MS);
      }
      sender.stdin.end();
      await ended;
      daemons('true');
      // What arrived too late for a release is delivered by a task.
      await until(() => {
        machine.sh('exim4 -qff');
        const held = machine.sh("find /var/spool/exim4 -path '*/held-*' -name '*-H'");
        return machine.sh('exim4 -bpc').trim() === '0' && held === '';
      });
      const accepted = machine.sh(`cat ${ACCEPTED}`).trim().split('\n');
      const arrived = new Map<string, number>();
      const lines = machine
        .sh("grep -rhoP '^Subject: storm-\\K[0-9]+' /home/bob/mail /home/eve/mail")
        .trim()
        .split('\n');
      for (const number of lines) arrived.set(number, (arrived.get(number) ?? 0) + 1);
      const lost = accepted.filter((number) => !arrived.has(number));
      const doubled = [...arrived].flatMap(([number, count]) => (count > 1 ? [number] : []));
      process.stdout.write(
        `${accepted.length} messages were accepted, ${arrived.size} arrived, ${doubled.length} twice.\n`,
      );
      const unexplained = doubled.filter((number) => !wasInterrupted(number));
      expect({ lost, unexplained }).toEqual({ lost: [], unexplained: [] });
      expect(accepted.length).toBeGreaterThan(60 * MINUTES);
      // Killed daemons are in the panic log, too.
      const panics = machine.sh('cat /var/log/exim4/paniclog 2>/dev/null || true');
      expect(panics).not.toMatch(/failed to expand|configuration|permission/i);
    },
    (MINUTES + 15) * 60_000,
  );
});
