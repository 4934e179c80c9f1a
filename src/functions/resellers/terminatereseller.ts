import { defineFunction } from '../../core/define.ts';
import { resellerName } from '../../core/params.ts';
import * as accounts from '../../model/accounts/accounts.ts';
import { callForEach, type CallResult } from '../../model/accounts/calls-for-accounts.ts';
import * as resellers from '../../model/resellers/resellers.ts';

export default defineFunction({
  name: 'terminatereseller',
  since: 11,
  summary: 'Remove the accounts of a reseller, and the reseller itself where that is asked for.',
  description:
    'There is no way back: make backups first. With terminatereseller=0, the reseller and its own account stay as ' +
    'they are. With 1, its own account is removed last, and only when all others are gone: otherwise they would ' +
    'become root’s. The call works also where an account could not be removed; the answer and a warning say which. ' +
    'Where several servers share the store, this server’s accounts are removed: the reseller is kept while it owns ' +
    'accounts on others, which a warning names, and its own account is removed on the server that has it.',
  destructive:
    'All accounts of the reseller are deleted with their home directories and files. This cannot be undone.',
  access: 'root',
  effect: 'calls',
  params: {
    user: { ...resellerName, required: true, alias: ['reseller'], doc: 'The reseller.' },
    terminatereseller: {
      type: 'flag',
      required: true,
      doc: '1 removes the reseller’s own account as well; 0 leaves the reseller without accounts.',
    },
  },
  returns: {
    acct: {
      list: {
        fields: {
          output: {
            fields: { raw: { type: 'string', doc: 'What else there is to say, a sentence a line.' } },
          },
          reason: { type: 'string', doc: 'What became of the account.' },
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
      setUp: [
        { command: 'createacct', args: { username: 'bob', domain: 'bob.example' } },
        { command: 'setupreseller', args: { user: 'bob' } },
      ],
    },
  ],

  async handler(args, context) {
    const { transaction, warn } = context;
    const { user } = args;
    const { own, isOwnHere, owned } = await transaction('reads', async (db) =>
      resellers.holdingsOf(db, user),
    );
    const remove = (names: readonly string[]) =>
      callForEach(context, 'removeacct', names, (username) => ({ username }));
    const results = await remove(owned.map(({ username }) => username));
    // Now, since removing takes a while, and other servers go on.
    const elsewhere = await transaction('reads', async (db) => accounts.countElsewhere(db, 'owner', user));
    if (elsewhere.length > 0) {
      warn(`The reseller owns ${accounts.tellElsewhere(elsewhere)} as well: make the call there, too.`);
    }
    if (args.terminatereseller) {
      const home = isOwnHere ? undefined : own.server;
      const reason = whyKept(results, elsewhere, home);
      results.push(...(reason === undefined ? await remove([user]) : [keptFor(user, reason)]));
    }
    const failed = results.filter(({ result }) => result === 0).map((one) => `“${one.user}”`);
    if (failed.length > 0) warn(`Not removed: ${failed.join(', ')}. The answer says why.`);
    return {
      acct: results.map(({ user: name, result, reason, told }) => ({
        output: { raw: told },
        reason,
        result,
        user: name,
      })),
    };
  },
});

function keptFor(user: string, why: string): CallResult {
  return { user, result: 0, reason: `The reseller is kept: ${why}.`, told: '' };
}

/** Without its own account, what is left would become root’s. `home` is the server that has it, where it is another. */
function whyKept(
  removed: readonly CallResult[],
  elsewhere: readonly accounts.Elsewhere[],
  home: string | undefined,
): string | undefined {
  const left = removed.filter(({ result }) => result === 0).length;
  if (left > 0) return `it still owns ${left === 1 ? 'an account' : `${left} accounts`}`;
  if (elsewhere.length > 0) return `it still owns ${accounts.tellElsewhere(elsewhere)}`;
  return home === undefined ? undefined : `its own account is on “${home}”; call there`;
}
