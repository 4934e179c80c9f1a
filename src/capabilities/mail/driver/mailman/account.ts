// What happens to the mailing lists of an account if it changes.
import { badParam } from '../../../../core/errors.ts';
import type { PlannedStep } from '../../../../core/plan.ts';
import type { AccountPart } from '../../../accounts/driver/account-part.ts';
import { listOf } from '../../../domains/rules/hosted-domains.ts';
import { renamesOf } from '../../../domains/rules/renamed-domains.ts';
import { changedFiles, listFiles, postingAddress } from '../../rules/lists/addresses.ts';
import { readState, withoutDomains, type MailingList } from '../../rules/state.ts';
import changeFiles from '../exim/steps/change-files.ts';
import removeList from './steps/remove-list.ts';

export const LISTS_ROLE = 'MailingLists';

export const part: AccountPart = {
  /** Mailman cannot rename a list. */
  async changed({ db }, before, after) {
    const renames = renamesOf(before, after, await listOf(db, before.username));
    const { lists } = await readState(db, before.username);
    const concerned = lists.filter(({ domain }) => renames.has(domain));
    if (concerned.length === 0) return [];
    throw badParam(
      `The domain “${concerned[0]?.domain}” cannot be renamed, because it has mailing lists: ` +
        `${concerned.map(postingAddress).join(', ')}. Their owner can remove them with Email::delete_list.`,
    );
  },

  async domainsChanged({ db, roles, inform, wishes }, { account, before, after }) {
    const kept = new Set(after.map(({ domain }) => domain));
    // Mailman knows lists by their address, so those of a domain that moves stay as they are.
    const gone = new Set(
      before.map(({ domain }) => domain).filter((name) => !kept.has(name) && name !== wishes.movedDomain),
    );
    const state = await readState(db, account.username);
    const { lists } = withoutDomains(state, gone);
    const removed = state.lists.filter((one) => !lists.includes(one));
    if (removed.length === 0) return [];
    inform(`These mailing lists are removed, with their members: ${removed.map(postingAddress).join(', ')}.`);
    return roles.has(LISTS_ROLE) ? removing(account.username, removed, lists) : [];
  },

  async rebuilt({ db, roles }, { username }, rebuiltPart) {
    if (rebuiltPart !== 'user' || !roles.has(LISTS_ROLE)) return [];
    const files = [...listFiles((await readState(db, username)).lists)];
    return files.length === 0 ? [] : [changeFiles.plan({ username, files })];
  },

  async removed({ db, roles }, { username }) {
    if (!roles.has(LISTS_ROLE)) return [];
    const { lists } = await readState(db, username);
    return lists.length === 0 ? [] : removing(username, lists, []);
  },
};

/** Exim refuses their mail first. */
function removing(
  username: string,
  removed: readonly MailingList[],
  kept: readonly MailingList[],
): PlannedStep[] {
  return [
    changeFiles.plan({ username, files: changedFiles([...removed, ...kept], kept) }),
    ...removed.map(({ localPart, domain }) => removeList.plan({ localPart, domain })),
  ];
}
