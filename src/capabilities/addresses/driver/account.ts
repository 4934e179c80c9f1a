// The dedicated IPv6 address of an account.
import * as assignments from '../rules/ipv6-assignments.ts';
import type { AccountPart } from '../../accounts/driver/account-part.ts';
import remove from './steps/remove.ts';

export const part: AccountPart = {
  async removed({ db }, { username }) {
    const found = await assignments.find(db, username);
    if (found === undefined || !assignments.isOwn(found)) return [];
    return [remove.plan({ addresses: [found.address] })];
  },
};
