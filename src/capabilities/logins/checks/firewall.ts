// A firewall filters the connections to this server. The table of this program does not count: it only blocks attackers.
import { note, ok, warning, type Check } from '../../../ground/doctor/check.ts';

const OWN_TABLE = 'whmapi1';

const check: Check = {
  title: 'Firewall',
  order: 270,
  advisor: 'Firewall',
  isAdviceOnly: true,

  async run({ machine, isSandbox }) {
    const unknown = (reason: string) => [
      { ...note(`Not checked, because ${reason}.`), key: 'Firewall_not_checked' },
    ];
    if (isSandbox) return unknown('a sandbox has no firewall of its own');
    const tools = await machine.tools([{ name: 'nft' }]);
    const { stdout } = (await tools.has('nft'))
      ? await tools.run('nft', ['--json', 'list', 'ruleset'])
      : { stdout: '{"nftables":[]}' };
    if (filtersInput(stdout)) {
      return [{ ...ok('A firewall filters incoming connections.'), key: 'Firewall_active' }];
    }
    const message =
      'No firewall filters incoming connections: every service that listens can be reached. Allow your own SSH port ' +
      'before you enable one.';
    const command = 'apt-get install ufw && ufw allow OpenSSH && ufw enable';
    return [{ ...warning(message, command), key: 'Firewall_not_active' }];
  },
};

interface Listed {
  readonly chain?: { table: string; name: string; hook?: string; policy?: string };
  readonly rule?: { table: string; expr: readonly Record<string, unknown>[] };
}

/**
 * True if a chain for incoming packets drops by default, or a rule of its table drops or rejects.
 * @param ruleset libnftables-json(5)
 */
export function filtersInput(ruleset: string): boolean {
  const listed = (JSON.parse(ruleset) as { nftables: Listed[] }).nftables;
  const chains = listed.flatMap(({ chain }) =>
    chain?.hook === 'input' && chain.table !== OWN_TABLE ? [chain] : [],
  );
  if (chains.some(({ policy }) => policy === 'drop')) return true;
  const tables = new Set(chains.map(({ table }) => table));
  return listed.some(
    ({ rule }) =>
      rule !== undefined &&
      tables.has(rule.table) &&
      rule.expr.some((one) => 'drop' in one || 'reject' in one),
  );
}

export default check;
