// Sends a notification to the administrators by each contact method that receives its importance, or to the owner of an
// account.
// Methods that fail are tried again, the others are not.
import { ApiError } from '../../../core/errors.ts';
import { defineTask } from '../../../core/task.ts';
import { deliver } from '../driver/notifications/deliver.ts';
import * as deliveries from '../rules/deliveries.ts';
import type { Importance } from '../rules/importance.ts';
import * as contacts from '../rules/places.ts';

interface Input {
  /** The application and its event, by WHM's names. */
  readonly app: string;
  readonly event: string;
  readonly importance: Importance;
  readonly subject: string;
  readonly body: string;
  /** When it happened: milliseconds since 1970-01-01. */
  readonly time: number;
  /** The email addresses of an account’s owner, who gets it instead of the administrators. Tasks of earlier versions have one. */
  readonly to?: string | readonly string[];
  /** The account whose access token of Pushbullet is used too. */
  readonly account?: string;
}

const MINUTE_MS = 60_000;

export default defineTask<Input>({
  description: 'Send a notification to the administrators.',
  whenInterrupted: 'retry',
  // After 1, 2, 4, … minutes; the last time after more than eight hours.
  retries: { count: 9, delayMs: MINUTE_MS, growth: 2 },

  async run(
    { app, event, importance, subject, body, time, to, account },
    { id, machine, sealer, transaction, log, signal },
  ) {
    log(`${app} (${event}), importance ${importance}: ${subject}.`);
    const { places, problems, received } = await transaction('reads', async (db) => ({
      ...(to === undefined
        ? await contacts.find({ db, sealer }, importance)
        : await contacts.findOfOwner({ db, sealer }, [to].flat(), account)),
      received: await deliveries.list(db, id),
    }));
    if (places.length + problems.length === 0) {
      log(
        'No contact method receives it. Set CONTACTEMAIL: whmapi1 update_contact_email contact_email=ADDRESS',
      );
      return { places: 0 };
    }
    const host = machine.system.hostname();
    const message = {
      host,
      subject,
      time,
      body: `${body}\n\n${new Date(time).toISOString()}, ${app} (${event})`,
    };
    const failures = await deliver(
      places,
      { ...message, isUrgent: importance === 'High' },
      {
        ...{ machine, log, received, signal },
        onReceived: (place) => transaction('changes', (db) => deliveries.add(db, id, place)),
      },
    );
    const all = [...problems, ...failures];
    if (all.length > 0) throw new ApiError('host_failed', all.join(' '));
    await transaction('changes', (db) => deliveries.remove(db, id));
    return { places: places.length };
  },
});
