import { defineFunction } from '../../core/define.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import { uapiAnswer } from '../../capabilities/logins/rules/account-apis/answers.ts';
import { callAccountApi } from '../../capabilities/logins/rules/account-apis/call.ts';
import { functionParam, moduleParam } from '../../capabilities/logins/rules/account-apis/names.ts';

export default defineFunction({
  name: 'uapi_cpanel',
  since: 86,
  summary: 'Run a function of UAPI as an account.',
  description:
    'The response of the function is in “uapi”. If the function fails, “uapi.status” is 0 and “uapi.errors” has the ' +
    'reasons; “metadata.result” is 1 even then, because the call itself worked. On a command line, the exit status ' +
    'is that of the function. “whmapi1 --help uapi” lists the functions.',
  access: ['cpanel-api'],
  effect: 'calls',
  params: {
    'cpanel.user': { ...existingAccount, required: true, doc: 'The account.' },
    'cpanel.module': { ...moduleParam, required: true },
    'cpanel.function': { ...functionParam, required: true },
  },
  passes: 'The parameters of the function, and list options such as api.filter_column.',
  returns: {
    uapi: {
      doc: 'The response of the function.',
      fields: {
        data: { type: 'any', doc: 'What the function returns. Null if it failed.' },
        errors: { type: 'any', doc: 'Why it failed, as a list. Null if it succeeded.' },
        messages: { type: 'any', doc: 'What it reports besides, as a list. Null if there is nothing.' },
        metadata: { type: 'any', doc: 'Counts of its list (“paginate”, “filter”), and blocks of its own.' },
        status: { type: 'flag', doc: '1: the function succeeded.' },
        warnings: { type: 'any', doc: 'Warnings, as a list. Null if there are none.' },
      },
    },
  },
  examples: [
    {
      args: { 'cpanel.user': 'bob', 'cpanel.module': 'DomainInfo', 'cpanel.function': 'list_domains' },
      doc: 'The domains of the account “bob”.',
      setUp: ['createacct'],
    },
  ],

  async handler(args, context) {
    const { 'cpanel.user': username, 'cpanel.module': module, 'cpanel.function': func, passed } = args;
    await context.transaction('reads', (db) => accounts.assertVisible(db, context.caller, username));
    const call = { api: 'uapi', username, module, func, args: passed } as const;
    const { envelope, reshape } = await callAccountApi(context, call);
    return { uapi: uapiAnswer(envelope, reshape) };
  },
});
