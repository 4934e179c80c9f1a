// Has the firewall follow the tweak setting smtpmailgidonly, and loads all rules again that somebody has removed.
import { defineTask } from '../../../core/task.ts';
import { loadLostRules } from '../../../ground/driver/firewall/rules.ts';
import { restrictOutgoingSmtp } from '../driver/outgoing-smtp/restriction.ts';
import { isRestricted, SETTING } from '../rules/outgoing-smtp.ts';

export default defineTask<Record<string, never>>({
  description:
    'Have the firewall restrict who connects to mail servers elsewhere, as the tweak setting says.',
  whenInterrupted: 'retry',
  follows: [SETTING],
  runsAlone: true,
  timer: { everyMs: 300_000 },

  async run(_input, { machine, transaction, log }) {
    if (await restrictOutgoingSmtp(machine, await transaction('reads', isRestricted)))
      log('Changed the rules of the firewall.');
    const lost = await loadLostRules(machine);
    if (lost.length > 0) log(`Loaded rules again that somebody had removed: ${lost.join(', ')}.`);
    return {};
  },
});
