import { defineApi2 } from '../../core/define-uapi.ts';
import type { Db } from '../../core/context.ts';
import { ApiError, badParam, denied } from '../../core/errors.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { emailAddress } from '../../ground/rules/accounts/names.ts';
import * as contacts from '../../capabilities/notify/rules/account-contacts.ts';
import * as notifications from '../../capabilities/notify/rules/account-notifications.ts';
import * as contactChanges from '../../capabilities/notify/rules/contact-changes.ts';
import * as rows from '../../capabilities/notify/rules/contact-rows.ts';
import { mayUse } from '../../capabilities/accounts/rules/features/overrides.ts';

export default defineApi2({
  name: 'CustInfo::savecontactinfo',
  since: null,
  summary: 'Set the contact addresses of the account, and which notifications its owner receives.',
  description:
    'What the call does not name stays as it is. The former and the new addresses are notified of a change. Addresses ' +
    'need the feature “updatecontact”, and notifications “updatenotificationprefs”.',
  effect: 'changes',
  params: {
    email: { ...emailAddress, doc: 'The first contact address. Empty: none.' },
    second_email: { ...emailAddress, doc: 'The second contact address. Empty: none.' },
    password: {
      type: 'string',
      sensitive: true,
      maxLength: 511,
      extension: true,
      doc: 'The password of the account. Required if an address changes. Wrong ones count as failed logins.',
    },
    ...rows.notificationParams,
  },
  returns: rows.savedRow,
  examples: [
    {
      args: { email: 'bob@example.com', password: 'correct horse battery staple 7' },
      doc: 'Another address.',
    },
    { args: { notify_bandwidth_limit: '0' }, doc: 'No messages about bandwidth.' },
  ],

  async look(args, { assertOwnPassword, caller, transaction }) {
    const { email, second_email, password: given } = args as Given;
    const isChange = await transaction('reads', async (db) =>
      changesAddresses(await addressesOfOwn(db, caller), { email, second_email }),
    );
    if (!isChange) return { isConfirmed: false };
    if (given === undefined) throw passwordRequired();
    await assertOwnPassword('password', given);
    return { isConfirmed: true };
  },

  async handler(args, { caller, db, now }, { isConfirmed }) {
    const { username } = await accounts.getOwn(db, caller);
    const given = args as Given;
    const flags = args as Readonly<Record<string, unknown>>;
    const isGiven = (name: string) => flags[name] !== undefined;
    if (!['email', 'second_email', ...notifications.names].some(isGiven))
      throw new ApiError(
        'missing_param',
        'The call names no setting. CustInfo::displaycontactinfo lists them.',
      );
    const present = await addressesOfOwn(db, caller);
    if (given.email !== undefined || given.second_email !== undefined)
      await assertFeature(db, username, rows.ADDRESSES);
    if (changesAddresses(present, given)) {
      // Another call has changed them since the password was checked.
      if (!isConfirmed) throw passwordRequired();
      const wanted = rows.changed(present, given);
      if (new Set(wanted.map((one) => one.toLowerCase())).size < wanted.length)
        throw badParam('The parameters “email” and “second_email” should be two different addresses.');
      await contacts.setAddresses(db, username, wanted);
      await contactChanges.tellOwner(db, username, present, now());
    }
    const wanted = new Map(notifications.givenIn(flags));
    if (wanted.size > 0) {
      await assertFeature(db, username, rows.NOTIFICATIONS);
      await notifications.set(db, username, wanted, now());
    }
    const after = await accounts.getOwn(db, caller);
    return rows.saved(db, after, isGiven);
  },
});

interface Given {
  readonly email?: string | undefined;
  readonly second_email?: string | undefined;
  readonly password?: string | undefined;
}

async function addressesOfOwn(db: Db, caller: Parameters<typeof accounts.getOwn>[1]): Promise<string[]> {
  return contacts.addressesOf(db, await accounts.getOwn(db, caller));
}

function changesAddresses(present: readonly string[], given: Given): boolean {
  return rows.changed(present, given).join() !== present.join();
}

function passwordRequired(): ApiError {
  return new ApiError(
    'missing_param',
    'The parameter “password” is required to change a contact address: the password of the account.',
  );
}

async function assertFeature(db: Db, username: string, feature: string): Promise<void> {
  if (await mayUse(db, username, feature)) return;
  throw denied(`The account “${username}” does not have the feature “${feature}”, which this change needs.`);
}
