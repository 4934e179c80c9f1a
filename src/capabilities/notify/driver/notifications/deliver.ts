// Delivers a notification to the places that have not received it yet.
import { createHash } from 'node:crypto';
import { ApiError } from '../../../../core/errors.ts';
import type { Machine } from '../../../../core/machine.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import type { Place } from '../../rules/places.ts';
import { assertAccepted, post, pushNote, sendMail, type Message } from './send.ts';

export interface Delivery {
  readonly machine: Pick<Machine, 'mailer' | 'outbound'>;
  readonly log: (line: string) => void;
  /** The keys of places that have received it: see `keyOf`. */
  readonly received: ReadonlySet<string>;
  readonly onReceived: (key: string) => Promise<void>;
  readonly signal: AbortSignal;
}

/** @returns the problems of the places that did not receive it, as sentences. */
export async function deliver(
  places: readonly Place[],
  message: Message,
  { machine, log, received, onReceived, signal }: Delivery,
): Promise<string[]> {
  const problems: string[] = [];
  for (const place of places) {
    const key = keyOf(place);
    if (received.has(key)) continue;
    signal.throwIfAborted();
    try {
      log(await deliverTo(machine, place, message));
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof MachineError)) throw error;
      log(error.message);
      problems.push(error.message);
      continue;
    }
    await onReceived(key);
  }
  return problems;
}

/** Identifies a place without revealing it. */
function keyOf(place: Place): string {
  return createHash('sha256').update(JSON.stringify(place)).digest('hex');
}

/** @returns what was done, as a sentence without secrets. */
async function deliverTo(machine: Delivery['machine'], place: Place, message: Message): Promise<string> {
  switch (place.method) {
    case 'email': {
      await sendMail(machine, place.to, message);
      const { storedIn } = await machine.mailer();
      const to = place.to.join(', ');
      return storedIn === undefined
        ? `The mail system accepted the message to ${to}.`
        : `This is a sandbox: the message to ${to} is stored in ${storedIn}.`;
    }
    case 'posturl':
      assertAccepted(place.url, await post(machine, place.url, message));
      return `https://${new URL(place.url).host} accepted the message.`;
    case 'pushbullet':
      await pushNote(machine, place.token, message);
      return 'Pushbullet accepted the note.';
  }
}
