// The users of the system whose mail can be forwarded, and where it may go.
import type { Param } from '../../../core/define.ts';
import type { Db } from '../../../core/context.ts';
import { badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { assertDestination } from './email-form.ts';

const MAX_DESTINATIONS = 50;

export const systemUserParam = {
  type: 'string',
  required: true,
  pattern: { matches: /^[a-z_][a-z0-9_-]{0,31}$/, expects: 'the name of a user of the system, such as root' },
  doc: 'A user of the system: root, nobody.',
} as const satisfies Param;

/** @throws ApiError `bad_param` for an account, whose mail the account itself forwards. */
export async function assertSystemUser(db: Db, user: string): Promise<void> {
  if ((await accounts.find(db, user)) === undefined) return;
  throw badParam(
    `“${user}” is an account. It forwards its mail itself, with Email::add_forwarder and Email::set_default_address.`,
  );
}

/** Addresses with commas between them. @throws ApiError `bad_param`. */
export function destinationsFrom(given: string): string[] {
  const all = [...new Set(given.split(',').map((one) => one.trim()))].filter((one) => one !== '');
  for (const one of all) {
    if (one.includes('@')) assertDestination('forward_to', one);
    else if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(one))
      throw badParam(
        `The parameter “forward_to” should have addresses or names of users, not ${quote(one)}.`,
      );
  }
  if (all.length <= MAX_DESTINATIONS) return all;
  throw badParam(`The parameter “forward_to” has ${all.length} addresses; ${MAX_DESTINATIONS} are allowed.`);
}
