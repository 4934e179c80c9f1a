// Sets how the web server lists the files of a directory, in its configuration and in the store.
import { defineChange, exclusive, type Plan } from '../../core/plan.ts';
import { partDependencies, type PartContext } from '../driver/account-parts.ts';
import { webSteps } from '../../capabilities/web/driver/virtual-hosts/account.ts';
import type { Account } from '../../capabilities/accounts/rules/accounts.ts';
import * as directoryIndexes from '../../capabilities/web/rules/directory-indexes.ts';

interface SetDirectoryIndex {
  readonly account: Account;
  /** Below the home. */
  readonly path: string;
  readonly type: directoryIndexes.IndexType;
}

const change = defineChange<SetDirectoryIndex>({
  kind: 'set-directory-index',
  store: (db, { account, path, type }) => directoryIndexes.set(db, account.username, path, type),
});
export default change;

/** @throws ApiError `bad_param` if too many directories have a setting. */
export async function setDirectoryIndex(context: PartContext, input: SetDirectoryIndex): Promise<Plan> {
  const { account, path, type } = input;
  const present = await directoryIndexes.ofUser(context.db, account.username);
  const indexes = directoryIndexes.withType(present, path, type);
  return change.plan(input, {
    locks: [exclusive(`account ${account.username}`)],
    steps: await webSteps(await partDependencies(context), account, { indexes }),
  });
}
