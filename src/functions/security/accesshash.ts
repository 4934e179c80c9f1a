import { defineFunction } from '../../core/define.ts';
import { denied } from '../../core/errors.ts';
import { loginName } from '../../core/params.ts';
import { ensureConfirmed } from '../../model/logins/acting-as.ts';
import * as accessHashes from '../../model/logins/access-hashes.ts';
import { callerOf } from '../../model/logins/callers.ts';

export default defineFunction({
  name: 'accesshash',
  since: 11,
  summary: 'Tell the access hash of a user, or give the user another one.',
  description:
    'Access hashes are an older kind of API token, and WHM advises against them: there is one for each user, it holds ' +
    'everything that the user holds, never expires, and works from everywhere. Use api_token_create instead. A ' +
    'reseller may ask for its own, root for everybody’s. In requests, the hash stands on one line.',
  access: ['manage-api-tokens'],
  effect: 'changes',
  actsOnCaller: true,
  params: {
    user: { ...loginName, required: true, doc: 'The user: root or a reseller.' },
    generate: {
      type: 'flag',
      required: true,
      doc: '1 makes a new hash, and the one before does not work any more; 0 tells the one that there is.',
    },
  },
  returns: {
    accesshash: { type: 'string', doc: 'The hash: 928 hexadecimal digits, in lines of 32.' },
  },
  examples: [{ args: { user: 'root', generate: '1' }, doc: 'A new access hash for root.' }],

  async handler({ user, generate }, context) {
    const { caller, db } = context;
    if (user === caller.user) ensureConfirmed(caller, 'read or create your access hash');
    if (caller.privileges !== 'all' && user !== caller.user) {
      throw denied(`You may not ask for the access hash of “${user}”: a reseller may ask for its own alone.`);
    }
    await callerOf(db, user);
    const hash = generate ? await accessHashes.renew(context, user) : await accessHashes.get(context, user);
    return { accesshash: accessHashes.inLines(hash) };
  },
});
