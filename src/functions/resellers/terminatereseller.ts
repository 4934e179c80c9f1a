import { defineFunction } from '../../core/define.ts';
import { resellerName } from '../../core/params.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { callForEach, passOnWarnings, type CallResult } from '../../life/rules/calls-for-accounts.ts';
import * as resellers from '../../capabilities/accounts/rules/resellers/resellers.ts';

export default defineFunction({
  name: 'terminatereseller',
  since: 11,
  summary: 'Remove the accounts of a reseller, and optionally the reseller itself.',
  description:
    'This cannot be undone, so create backups first. With terminatereseller=0, the reseller and its own account ' +
    'are kept. With 1, its own account is removed last, and only if all others were removed: otherwise they would ' +
    'be transferred to root. The call succeeds even if an account could not be removed; the response and a ' +
    'warning name it. If several servers share the store, only accounts of this server are removed. The reseller ' +
    'is kept while it owns accounts on other servers, which a warning names. Its own account can be removed only ' +
    'on the server that has it.',
  destructive:
    'All accounts of the reseller are deleted with their home directories and files. This cannot be undone.',
  access: 'root',
  effect: 'calls',
  params: {
    user: { ...resellerName, required: true, alias: ['reseller'], doc: 'The reseller.' },
    terminatereseller: {
      type: 'flag',
      required: true,
      doc: '1: remove the reseller’s own account too. 0: keep the reseller, without accounts.',
    },
  },
  returns: {
    acct: {
      list: {
        fields: {
          output: {
            fields: { raw: { type: 'string', doc: 'Further messages, one on each line.' } },
          },
          reason: { type: 'string', doc: 'The outcome for the account.' },
          result: { type: 'flag', doc: 'Whether it was removed.' },
          user: { type: 'string', doc: 'The account.' },
        },
      },
      doc: 'The accounts, in the order in which they were removed.',
    },
  },
  list: 'acct',
  examples: [
    {
      args: { user: 'bob', terminatereseller: '1' },
      doc: 'Remove the reseller “bob” and all its accounts.',
      setUp: ['createacct', 'setupreseller'],
    },
  ],

  async handler(args, context) {
    const { transaction, warn } = context;
    const { user } = args;
    const { own, isOwnHere, owned } = await transaction('reads', async (db) =>
      resellers.findAccounts(db, user),
    );
    const remove = (names: readonly string[]) =>
      callForEach(context, 'removeacct', names, (username) => ({ username }));
    const results = await remove(owned.map(({ username }) => username));
    // Counted now, because removals take a while, and other servers continue to work.
    const elsewhere = await transaction('reads', async (db) => accounts.countElsewhere(db, 'owner', user));
    if (elsewhere.length > 0) {
      warn(
        `The reseller owns ${accounts.formatAccountsElsewhere(elsewhere)} too. Run the call on these servers as well.`,
      );
    }
    if (args.terminatereseller) {
      const home = isOwnHere ? undefined : own.server;
      const reason = whyKept(results, elsewhere, home);
      results.push(...(reason === undefined ? await remove([user]) : [keptFor(user, reason)]));
    }
    const failed = results.filter(({ result }) => result === 0).map((one) => `“${one.user}”`);
    passOnWarnings(context, results);
    if (failed.length > 0) warn(`Not removed: ${failed.join(', ')}. The response says why.`);
    return {
      acct: results.map(({ user: name, result, reason, messages }) => ({
        output: { raw: messages },
        reason,
        result,
        user: name,
      })),
    };
  },
});

function keptFor(user: string, why: string): CallResult {
  return { user, result: 0, reason: `The reseller is kept: ${why}.`, messages: '', warnings: [] };
}

/**
 * Explains why the reseller is kept. If its own account were removed, root would become the owner of the remaining
 * accounts. `home`: the server of its own account, if it is on another server.
 */
function whyKept(
  removed: readonly CallResult[],
  elsewhere: readonly accounts.Elsewhere[],
  home: string | undefined,
): string | undefined {
  const left = removed.filter(({ result }) => result === 0).length;
  if (left > 0) return `it still owns ${left === 1 ? 'an account' : `${left} accounts`}`;
  if (elsewhere.length > 0) return `it still owns ${accounts.formatAccountsElsewhere(elsewhere)}`;
  return home === undefined ? undefined : `its own account is on “${home}”; call there`;
}
