// Has the firewall follow the tweak setting smtpmailgidonly, and loads rules again that somebody has removed.
import { defineTask } from '../../../core/task.ts';
import { restrictOutgoingSmtp } from '../driver/outgoing-smtp/restriction.ts';
import { isRestricted } from '../rules/outgoing-smtp.ts';

export default defineTask<Record<string, never>>({
  description:
    'Have the firewall restrict who connects to mail servers elsewhere, as the tweak setting says.',
  whenInterrupted: 'retry',
  runsAlone: true,
  timer: { everyMs: 300_000 },

  async run(_input, { machine, transaction, log }) {
    const { isChanged, wasLost } = await restrictOutgoingSmtp(
      machine,
      await transaction('reads', isRestricted),
    );
    if (isChanged) log('Changed the rules of the firewall.');
    if (wasLost) log('The rules were not loaded: somebody had removed them. They are again.');
    return {};
  },
});
