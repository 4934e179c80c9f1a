// Mail that cannot follow a domain to another account.
import type { Db } from '../../../core/context.ts';
import { badParam } from '../../../core/errors.ts';
import { readState } from './state.ts';

/** @throws ApiError `bad_param` if the domain has mailboxes or forwarders. */
export async function assertNoMail(db: Db, username: string, domain: string): Promise<void> {
  const { mailboxes, forwarders } = await readState(db, username);
  const boxes = mailboxes.filter((one) => one.domain === domain).length;
  const others = forwarders.filter((one) => one.domain === domain).length;
  if (boxes + others === 0) return;
  throw badParam(
    `The domain “${domain}” has mailboxes (${boxes}) or forwarders (${others}), which do not move to another account yet. ` +
      'Save their mail, and remove them first (Email::delete_pop, Email::delete_forwarder).',
  );
}
