// The disk limit of an account, and what its files take up.
import type { AccountPart } from '../account-part.ts';
import limit from './steps/limit.ts';
import measure from './steps/measure.ts';

export const part: AccountPart = {
  created(_world, { account: { username: name, settings } }) {
    const { diskLimit } = settings;
    const limits = diskLimit === null ? [] : [limit.plan({ name, limit: diskLimit })];
    return [...limits, measure.plan({ name })];
  },

  changed(_world, before, after) {
    const [had, has] = [before.settings.diskLimit, after.settings.diskLimit];
    return had === has ? [] : [limit.plan({ name: after.username, limit: has, before: had })];
  },
};
