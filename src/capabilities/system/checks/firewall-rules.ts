// The firewall has the rules that this program has written.
import { lostRules } from '../../../ground/driver/firewall/rules.ts';
import { ok, warning, type Check } from '../../../ground/doctor/check.ts';

const INSTALL = 'apt-get install nftables';

const check: Check = {
  title: 'Firewall rules',
  order: 98,

  async run({ machine }) {
    const lost = await lostRules(machine);
    if (lost.length === 0) return [ok('The firewall has all rules of this program.')];
    const tools = await machine.tools([{ name: 'nft' }]);
    if (!(await tools.has('nft'))) {
      return [
        warning(
          `The firewall’s program, nft, is missing. These rules may not be loaded: ${lost.join(', ')}.`,
          INSTALL,
        ),
      ];
    }
    return lost.map((name) =>
      warning(
        `The firewall does not have the rules “${name}” any more. Somebody has removed them.`,
        `systemctl restart whmapi1-firewall@${name}`,
      ),
    );
  },
};

export default check;
