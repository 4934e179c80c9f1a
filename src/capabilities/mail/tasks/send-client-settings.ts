// Sends the settings of a mailbox to an address, for Email::dispatch_client_settings.
import { defineTask } from '../../../core/task.ts';
import { sendMail } from '../../notify/driver/notifications/send.ts';
import type { SentSettings } from '../rules/sent-settings.ts';

export default defineTask<SentSettings>({
  description: 'Send the settings of a mailbox.',
  whenInterrupted: 'retry',
  // After 1, 2 and 4 minutes.
  retries: { count: 3, delayMs: 60_000, growth: 2 },

  async run({ to, subject, body }, { machine, now, log }) {
    await sendMail(machine, [to], { host: machine.system.hostname(), subject, body, time: now() });
    log(`The mail system has accepted the message to ${to}.`);
    return {};
  },
});
