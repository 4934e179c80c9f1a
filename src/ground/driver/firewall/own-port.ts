// Keeps the programs of accounts away from a port of this server that is for one of its daemons.
import type { Machine } from '../../../core/machine.ts';
import { idOf } from './ids.ts';
import { fileOf, NEW_CONNECTION, renderRules, setRules, whyNoRules } from './rules.ts';

export interface OwnPort {
  /** The name of the rules. */
  readonly name: string;
  readonly port: number;
  /** Only root and this user connect. */
  readonly user: string;
}

/** Can be repeated. A sandbox has no such ports. @returns a sentence for people if the firewall cannot do it. */
export async function guardPort(
  machine: Pick<Machine, 'files' | 'tools' | 'services' | 'system'>,
  { name, port, user }: OwnPort,
): Promise<string | undefined> {
  if (!(await machine.services()).isSupported) return undefined;
  const ids = [0, await idOf(machine, 'passwd', user)].filter((id) => id !== undefined);
  const rules = renderRules(
    name,
    `  chain output {
    type filter hook output priority filter - 5; policy accept;
    # root and ${user}.
    oif "lo" tcp dport ${port} ${NEW_CONNECTION} meta skuid != { ${ids.join(', ')} } reject with tcp reset
  }
`,
  );
  const why = await whyNoRules(machine, rules);
  if (why !== undefined) return `Programs of accounts can connect to port ${port}. ${why}`;
  await setRules(machine, name, rules);
  return undefined;
}

/** Nothing listens there any more. */
export const releasePort = (machine: Pick<Machine, 'files' | 'tools' | 'services'>, { name }: OwnPort) =>
  setRules(machine, name, null);

/** For `--doctor`. */
export const rulesOf = ({ name }: OwnPort) => ({ name: 'the firewall', path: fileOf(name) });
