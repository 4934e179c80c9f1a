// The rules of the firewall by which only root, Exim and Mailman connect to mail servers elsewhere.
import type { Machine } from '../../../../core/machine.ts';
import { idOf } from '../../../../ground/driver/firewall/ids.ts';
import { NEW_CONNECTION, renderRules, setRules } from '../../../../ground/driver/firewall/rules.ts';
import { GROUP } from '../exim/places.ts';

const NAME = 'outgoing-smtp';
const MAILMAN = 'list';
/** Mail servers listen there: SMTP, submission with TLS from the beginning, submission. */
const PORTS = [25, 465, 587];

export async function restriction(machine: Pick<Machine, 'tools' | 'services'>): Promise<string> {
  const exim = await idOf(machine, 'passwd', GROUP);
  const mailman = await idOf(machine, 'group', MAILMAN);
  const allowed = [
    `meta skuid { ${[0, ...(exim === undefined ? [] : [exim])].join(', ')} } accept`,
    ...(mailman === undefined ? [] : [`meta skgid ${mailman} accept`]),
  ];
  return renderRules(
    NAME,
    `  chain output {
    type filter hook output priority filter - 5; policy accept;
    # This server itself, at whatever address.
    oif "lo" accept
    tcp dport { ${PORTS.join(', ')} } ${NEW_CONNECTION} jump new
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
  machine: Pick<Machine, 'files' | 'tools' | 'services'>,
  isRestricted: boolean,
) {
  return setRules(machine, NAME, isRestricted ? await restriction(machine) : null);
}
