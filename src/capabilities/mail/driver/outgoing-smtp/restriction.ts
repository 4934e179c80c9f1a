// The rules of the firewall by which only root, Exim and Mailman connect to mail servers elsewhere.
import type { Machine } from '../../../../core/machine.ts';
import { renderRules, setRules } from '../../../../ground/driver/firewall/rules.ts';
import { GROUP } from '../exim/places.ts';

const NAME = 'outgoing-smtp';
const MAILMAN = 'list';
/** Mail servers listen there: SMTP, submission with TLS from the beginning, submission. */
const PORTS = [25, 465, 587];

/** `machine.users()` does not find names with capital letters. A sandbox has no such users. */
async function idOf(
  machine: Pick<Machine, 'tools' | 'services'>,
  database: 'passwd' | 'group',
  name: string,
): Promise<number | undefined> {
  if (!(await machine.services()).isSupported) return undefined;
  const tools = await machine.tools([{ name: 'getent' }]);
  // Status 2: there is none.
  const { stdout } = await tools.run('getent', [database, name], { accept: [0, 2] });
  return stdout === '' ? undefined : Number(stdout.split(':')[2]);
}

/** What is new is the first packet of a connection. Later ones can have no owner any more, and must pass. */
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
  machine: Pick<Machine, 'files' | 'tools' | 'services'>,
  isRestricted: boolean,
) {
  return setRules(machine, NAME, isRestricted ? await restriction(machine) : null);
}
