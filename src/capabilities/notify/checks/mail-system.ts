// Notifications by mail need the program sendmail, which every mail system provides.
import { existsSync } from 'node:fs';
import { mailAddresses } from '../rules/places.ts';
import { ok, problem, withStore, type Check, type Subject } from '../../../ground/doctor/check.ts';

const check: Check = {
  title: 'Notifications',
  order: 47,
  run: (subject) =>
    withStore(subject, async ({ db }) => {
      // Every level receives these.
      const addresses = await mailAddresses(db, 'High');
      if (addresses.length === 0) return [ok('No notifications are sent by mail.')];
      if (subject.isSandbox) return [ok('This is a sandbox, which stores mail instead of sending it.')];
      if (await hasSendmail(subject)) return [ok('A mail system can send the notifications.')];
      const to = addresses.flat().join(', ');
      return [
        problem(
          `Notifications to ${to} cannot be sent, because no mail system is installed: there is no program “sendmail”.`,
          'apt-get install dma',
        ),
      ];
    }),
};

async function hasSendmail({ environment, machine }: Subject): Promise<boolean> {
  const configured = environment.WHMAPI1_SENDMAIL;
  if (configured !== undefined) return existsSync(configured);
  return (await machine.tools([{ name: 'sendmail' }])).has('sendmail');
}

export default check;
