// The rules of the firewall by which only root, Exim and Mailman connect to mail servers elsewhere.
import type { Machine } from '../../../../core/machine.ts';
import { renderRules, setRules } from '../../../../ground/driver/firewall/rules.ts';
import { GROUP } from '../exim/places.ts';

const NAME = 'outgoing-smtp';
const MAILMAN = 'list';
/** Mail servers listen there: SMTP, submission with TLS from the beginning, submission. */
const PORTS = [25, 465, 587];

/** What is new is the first packet of a connection. Later ones can have no owner any more, and must pass. */
export async function restriction(machine: Pick<Machine, 'users'>): Promise<string> {
  const users = await machine.users();
  const exim = await users.find(GROUP);
  const mailman = await users.find(MAILMAN);
  const allowed = [
    `meta skuid { ${[0, ...(exim === undefined ? [] : [exim.uid])].join(', ')} } accept`,
    ...(mailman === undefined ? [] : [`meta skgid ${mailman.gid} accept`]),
  ];
  return renderRules(
    NAME,
    `  chain output {
    type filter hook output priority filter - 5; policy accept;
    # This server itself, at whatever address.
    oif "lo" accept
    tcp dport { ${PORTS.join(', ')} } tcp flags & (fin | syn | rst | ack) == syn jump new
  }
  chain new {
    # root and ${GROUP}, and the group ${MAILMAN}.
${allowed.map((line) => `    ${line}\n`).join('')}\
    reject with tcp reset
  }
`,
  );
}

/** Has the firewall follow the setting. Can be repeated. */
export async function restrictOutgoingSmtp(
  machine: Pick<Machine, 'users' | 'files' | 'tools' | 'services'>,
  isRestricted: boolean,
) {
  return setRules(machine, NAME, isRestricted ? await restriction(machine) : null);
}
