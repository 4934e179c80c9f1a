// The users of an account, as UserManager shows them. This server has no subaccounts and no accounts for mail, FTP and web
// disks yet, so the only user is the account itself.
import type { Context } from '../../core/context.ts';
import type { Answer, Field } from '../../core/define.ts';
import * as contacts from '../../capabilities/notify/rules/account-contacts.ts';
import type { Account } from '../../capabilities/accounts/rules/accounts.ts';

const flag = (doc: string) => ({ type: 'flag', doc }) as const;
const none = (doc: string) => ({ list: { type: 'any' }, doc }) as const;

export const userRow = {
  fields: {
    alternate_email: { type: 'string|null', doc: 'Its second contact address. null if it has none.' },
    avatar_url: { type: 'string|null', doc: 'Always null: this server keeps no pictures.' },
    can_delete: flag('Always 0: an account cannot delete itself.'),
    can_set_password: flag('1: see UserManager::change_password.'),
    can_set_quota: flag('Always 0: its package decides.'),
    dismissed: flag('Always 0.'),
    dismissed_merge_candidates: none('Always empty, because there are no service accounts.'),
    domain: { type: 'string', doc: 'The main domain.' },
    full_username: { type: 'string', doc: 'The name with the main domain: bob@bob.example.' },
    guid: { type: 'string', doc: 'An ID that stays the same until the name or the main domain changes.' },
    has_expired_invite: flag('Always 0.'),
    has_invite: flag('Always 0.'),
    has_siblings: flag('Always 0.'),
    invite_expiration: { type: 'any', doc: 'Always null.' },
    issues: none('Always empty.'),
    merge_candidates: none('Always empty, because there are no service accounts.'),
    parent_type: { type: 'string|null', doc: 'Always null.' },
    phone_number: { type: 'string|null', doc: 'Always null: this server does not ask for it.' },
    real_name: { type: 'string|null', doc: 'Always null: this server does not ask for it.' },
    services: {
      keys: 'SERVICE',
      map: { fields: { enabled: flag('Always 0: this server does not provide the service yet.') } },
      doc: 'email, ftp and webdisk.',
    },
    special: flag('1: it is the account itself.'),
    sub_account_exists: flag('Always 0.'),
    synced_password: flag('Always 0.'),
    type: { type: 'string', doc: '“cpanel”: it is the account itself.' },
    username: { type: 'string', doc: 'The name.' },
  },
} as const satisfies Field;

/** The row of the account itself. */
export async function ownRow(
  { db, sha256 }: Pick<Context, 'db' | 'sha256'>,
  account: Account,
): Promise<Answer<typeof userRow>> {
  const { username, domain } = account;
  const [, second = null] = await contacts.addressesOf(db, account);
  const services = { email: { enabled: 0 }, ftp: { enabled: 0 }, webdisk: { enabled: 0 } };
  return {
    ...{ alternate_email: second, avatar_url: null, phone_number: null, real_name: null },
    ...{ can_delete: 0, can_set_password: 1, can_set_quota: 0 },
    ...{ dismissed: 0, dismissed_merge_candidates: [], merge_candidates: [], issues: [] },
    ...{ domain, full_username: fullNameOf(account), guid: await guidOf(sha256, account), username },
    ...{ has_expired_invite: 0, has_invite: 0, has_siblings: 0, invite_expiration: null },
    ...{ parent_type: null, services, special: 1, sub_account_exists: 0, synced_password: 0, type: 'cpanel' },
  };
}

export function fullNameOf({ username, domain }: Account): string {
  return `${username}@${domain}`;
}

/** In cPanel’s form: name, domain, the time of creation in hexadecimal, and a digest. */
async function guidOf(sha256: Context['sha256'], { username, domain, createdAt }: Account): Promise<string> {
  const time = Math.floor(createdAt / 1000).toString(16);
  const parts = [username, domain, time].join(':');
  return `${parts}:${Buffer.from(await sha256(parts)).toString('hex')}`.toUpperCase();
}
