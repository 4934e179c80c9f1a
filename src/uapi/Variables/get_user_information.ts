import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import {
  namesParam,
  selected,
  userInformation,
  userVariableNames,
  userVariables,
} from '../../life/rules/variables.ts';

export default defineUapi({
  name: 'Variables::get_user_information',
  since: 86,
  summary: 'Show the account’s settings, limits and features.',
  effect: 'reads',
  params: { name: namesParam(userVariableNames) },
  returns: { fields: userVariables },
  examples: [
    { args: {}, doc: 'Everything.' },
    { args: { name: ['domain', 'home'] }, doc: 'The main domain and the home directory.' },
  ],

  look: async (_args, { machine, caller }) => (await (await machine.users()).find(caller.user))?.gid,

  async handler({ name }, context, gid) {
    const account = await accounts.getOwn(context.db, context.caller);
    return selected(await userInformation(context, account, gid), name);
  },
});
