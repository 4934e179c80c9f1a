// The delivery of messages to mailboxes by our configuration of Exim, against configurations with plain files, on a booted
// Debian to throw away. A queue of messages is delivered one after the other by a run of Exim’s queue, so that neither their
// arrival nor the number of processors counts.
import { writeFileSync } from 'node:fs';
import { whyNotOnMachine } from '../../tests/machine/describe-on-machine.ts';
import type { Machine } from '../../tests/machine/machine.ts';
import { bootHosting, PASSWORD } from './hosting.ts';
import { median } from './measure.ts';

const MESSAGES = 300;
const ROUNDS = 5;
const MAILBOXES = 10;
const CONFIGURATION = '/etc/exim4/exim4.conf';
const OURS = '/srv/ours.conf';

/** One file names all mailboxes, with the folder of each. */
const plain = (transport: string) => `primary_hostname = mail.bench.example
domainlist local_domains = bob.example
trusted_users = root
log_file_path = /var/log/exim4/%slog
begin routers
mailbox:
  driver = accept
  domains = +local_domains
  condition = \${lookup{$local_part}lsearch{/srv/mailboxes}{yes}{no}}
  transport = ${transport}
begin transports
maildir:
  driver = appendfile
  directory = \${lookup{$local_part}lsearch{/srv/mailboxes}}
  maildir_format
  user = bob
  delivery_date_add
  envelope_to_add
  return_path_add
dovecot:
  driver = lmtp
  socket = /run/dovecot/lmtp-exim
  batch_max = 50
begin retry
* * F,2h,1m
`;

const configurations = [
  { name: 'ours', path: OURS },
  { name: 'a plain file of mailboxes, the same delivery by Dovecot', path: '/srv/dovecot.conf' },
  { name: 'a plain file of mailboxes, Exim writes them itself', path: '/srv/maildir.conf' },
] as const;

interface Measured {
  readonly name: string;
  readonly path: string;
  /** Milliseconds of a message. */
  readonly elapsed: number[];
  /** Those of processor time, of all processes. */
  readonly used: number[];
}

export async function compareDelivery(work: string): Promise<void> {
  const why = whyNotOnMachine();
  if (why !== undefined) {
    console.log(`\nDelivery is not measured: ${why}.`);
    return;
  }
  const machine = await bootHosting(work, 'code=MAILNODE');
  try {
    prepare(machine);
    const measured: Measured[] = configurations.map((one) => ({ ...one, elapsed: [], used: [] }));
    for (let round = 0; round < ROUNDS; round++) {
      for (const { path, ...took } of measured) {
        const { elapsed, used } = deliver(machine, path);
        // The first round warms up.
        if (round === 0) continue;
        took.elapsed.push(elapsed);
        took.used.push(used);
      }
    }
    console.log(
      `\nDelivery to a mailbox, one message after the other, ${MESSAGES} in each of ${ROUNDS - 1} rounds\n`,
    );
    console.log('| configuration | ms | ms of processor time | ours / it, both |');
    console.log('| --- | --- | --- | --- |');
    const rows = measured.map(({ name, elapsed, used }) => [name, median(elapsed), median(used)] as const);
    const [, ownElapsed, ownUsed] = rows[0] ?? ['', 0, 0];
    for (const [name, elapsed, used] of rows) {
      const ratios = `${(ownElapsed / elapsed).toFixed(2)}, ${(ownUsed / used).toFixed(2)}`;
      console.log(`| ${name} | ${elapsed.toFixed(1)} | ${used.toFixed(1)} | ${ratios} |`);
    }
  } finally {
    await machine.stop();
  }
}

function prepare(machine: Machine): void {
  machine.sh('whmapi1 createacct username=bob domain=bob.example');
  const names = Array.from({ length: MAILBOXES }, (_, at) => `box${at}`);
  for (const name of names) {
    machine.sh(
      `uapi --user=bob Email add_pop email=${name} domain=bob.example quota=0 'password=${PASSWORD}' >/dev/null`,
    );
  }
  const folders = names.map((name) => `${name}: /home/bob/plain/${name}\n`);
  writeFileSync(machine.path('/srv/mailboxes'), folders.join(''));
  machine.sh(
    `cp -p ${CONFIGURATION} ${OURS}; systemctl stop exim4; install -d -o bob -g bob /home/bob/plain`,
  );
  writeFileSync(machine.path('/srv/dovecot.conf'), plain('dovecot'));
  writeFileSync(machine.path('/srv/maildir.conf'), plain('maildir'));
}

function deliver(machine: Machine, path: string): { readonly elapsed: number; readonly used: number } {
  machine.sh(`cat ${path} >${CONFIGURATION}
    for ((n = 0; n < ${MESSAGES}; n++)); do
      printf 'From: ann@elsewhere.example\\nSubject: %s\\n\\n%2000s\\n' $n text |
        exim4 -odq -f ann@elsewhere.example box$((n % ${MAILBOXES}))@bob.example
    done`);
  const before = dovecotUsed(machine);
  const words = machine.sh(`TIMEFORMAT='%R %U %S'; { time exim4 -qf; } 2>&1`).trim().split(' ').map(Number);
  const [seconds = 0, user = 0, system = 0] = words;
  const used = dovecotUsed(machine) - before;
  const left = machine.sh('exim4 -bpc').trim();
  if (left !== '0')
    throw new Error(`${left} messages were not delivered:\n${machine.sh('tail -5 /var/log/exim4/mainlog')}`);
  return {
    elapsed: (seconds * 1000) / MESSAGES,
    used: ((user + system) * 1000 + used) / MESSAGES,
  };
}

/** Milliseconds. */
function dovecotUsed(machine: Machine): number {
  const file = '/sys/fs/cgroup/system.slice/dovecot.service/cpu.stat';
  return Number(machine.sh(`sed -n 's/^usage_usec //p' ${file}`)) / 1000;
}
