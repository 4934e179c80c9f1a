// The disk limit of an account.
import type { AccountPart } from '../account-part.ts';
import limit from './steps/limit.ts';

declare module '../account-part.ts' {
  interface FoundToRebuild {
    /** True if limits of disk space are enforced. */
    readonly hasQuota?: boolean;
  }
}

export const part: AccountPart = {
  created(_world, { account: { username: name, settings } }) {
    const { diskLimit } = settings;
    return diskLimit === null ? [] : [limit.plan({ name, limit: diskLimit })];
  },

  // The file system has the limits, by user ID, so they are lost with it.
  rebuilt({ found, warn }, { username: name, settings: { diskLimit } }, part) {
    if (part !== 'user' || diskLimit === null) return [];
    if (found.toRebuild?.hasQuota === true) return [limit.plan({ name, limit: diskLimit })];
    warn(
      `The limit of ${diskLimit} MiB of “${name}” was not set, because this server enforces no limits of disk space.`,
    );
    return [];
  },

  changed(_world, before, after) {
    const [had, has] = [before.settings.diskLimit, after.settings.diskLimit];
    return had === has ? [] : [limit.plan({ name: after.username, limit: has, before: had })];
  },
};
