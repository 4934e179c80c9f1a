import { defineFunction } from '../../core/define.ts';
import { denied } from '../../core/errors.ts';
import { loginName } from '../../core/params.ts';
import { assertConfirmed } from '../../capabilities/logins/rules/acting-as.ts';
import * as accessHashes from '../../capabilities/logins/rules/access-hashes.ts';
import { callerOf } from '../../capabilities/logins/rules/callers.ts';

export default defineFunction({
  name: 'accesshash',
  since: 11,
  summary: 'Show the access hash of a user, or generate a new one.',
  description:
    'Access hashes are an older kind of API token, and WHM advises against them. Each user has one, with all ' +
    'privileges of the user. It never expires and works from every address. Use api_token_create instead. ' +
    'Resellers can query only their own, and root everyone’s. In requests, the hash is on one line.',
  access: ['manage-api-tokens'],
  effect: 'changes',
  actsOnCaller: true,
  params: {
    user: { ...loginName, required: true, doc: 'The user: root or a reseller.' },
    generate: {
      type: 'flag',
      required: true,
      doc: '1: generate a new hash, which replaces the old one. 0: show the existing hash.',
    },
  },
  returns: {
    accesshash: { type: 'string', doc: 'The hash: 928 hexadecimal digits, in lines of 32.' },
  },
  examples: [{ args: { user: 'root', generate: '1' }, doc: 'A new access hash for root.' }],

  async handler({ user, generate }, context) {
    const { caller, db } = context;
    if (user === caller.user) assertConfirmed(caller, 'read or create your access hash');
    if (caller.privileges !== 'all' && user !== caller.user) {
      throw denied(`You cannot query the access hash of “${user}”: resellers can query only their own.`);
    }
    await callerOf(db, user);
    const hash = generate ? await accessHashes.renew(context, user) : await accessHashes.get(context, user);
    return { accesshash: accessHashes.inLines(hash) };
  },
});
