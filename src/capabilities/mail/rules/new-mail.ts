// The mail of a new account.
import type { Db } from '../../../core/context.ts';
import { withDefaults } from './default-address.ts';
import { domainIn, NO_MAIL, type MailDomain, type MailState } from './state.ts';

/** @param routing where the mail of its domain is kept. Default: `auto`, which is this server for a new domain. */
export async function newMail(
  db: Db,
  domain: string,
  routing: MailDomain['routing'] = 'auto',
): Promise<MailState> {
  const state = await withDefaults(db, NO_MAIL, [domain]);
  return routing === 'auto' ? state : { ...state, domains: [{ ...domainIn(state, domain), routing }] };
}
