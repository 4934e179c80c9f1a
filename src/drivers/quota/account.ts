// The disk limit of an account.
import type { AccountPart } from '../account-part.ts';
import limit from './steps/limit.ts';

export const part: AccountPart = {
  created(_world, { account: { username: name, settings } }) {
    const { diskLimit } = settings;
    return diskLimit === null ? [] : [limit.plan({ name, limit: diskLimit })];
  },

  changed(_world, before, after) {
    const [had, has] = [before.settings.diskLimit, after.settings.diskLimit];
    return had === has ? [] : [limit.plan({ name: after.username, limit: has, before: had })];
  },
};
