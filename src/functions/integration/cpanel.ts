import type { FreeContext } from '../../core/context.ts';
import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';
import type { Hash } from '../../core/values.ts';
import { callAccountApi } from '../../capabilities/logins/rules/account-apis/call.ts';
import { functionParam, moduleParam } from '../../capabilities/logins/rules/account-apis/names.ts';
import { isOfApi1, respondAs, versions } from '../../capabilities/logins/rules/account-apis/versions.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';

export default defineFunction({
  name: 'cpanel',
  since: 84,
  summary: 'Run a function of UAPI or of cPanel API 2 as an account.',
  description:
    'The response is that of the function, without an envelope: “result” for UAPI, “cpanelresult” for API 2. New ' +
    'programs should use uapi_cpanel. On a command line, the exit status is that of the function. The only ' +
    'function of API 1 is CustInfo::getemail. Root itself can be the user for the functions of PasswdStrength.',
  access: ['cpanel-api'],
  effect: 'calls',
  params: {
    cpanel_jsonapi_user: {
      type: 'string',
      lowerCase: true,
      maxLength: 64,
      completes: 'account',
      alias: ['cpanel_xmlapi_user'],
      doc: 'The account. Required: without it, the call fails in the form that clients of this function expect.',
    },
    cpanel_jsonapi_module: { ...moduleParam, required: true, alias: ['cpanel_xmlapi_module'] },
    cpanel_jsonapi_func: { ...functionParam, required: true, alias: ['cpanel_xmlapi_func'] },
    cpanel_jsonapi_apiversion: {
      type: 'string',
      values: versions,
      default: '2',
      alias: ['cpanel_xmlapi_apiversion'],
      doc: 'The API: 1, 2, or 3 for UAPI.',
    },
    cpanel_jsonapi_version: {
      type: 'string',
      alias: ['cpanel_xmlapi_version'],
      doc: 'A misspelling of “cpanel_jsonapi_apiversion” that clients send.',
      noEffectReason: 'The API’s version is in “cpanel_jsonapi_apiversion”.',
    },
  },
  passes: 'The parameters of the function, and list options such as api2_filter_column.',
  returns: {
    cpanelresult: { type: 'any', optional: true, doc: 'The response of a function of API 2.' },
    apiversion: { type: 'any', optional: true, doc: '3 for UAPI, “1” for API 1.' },
    func: { type: 'string', optional: true, doc: 'The function, for UAPI and API 1.' },
    module: { type: 'string', optional: true, doc: 'The module, for UAPI and API 1.' },
    result: { type: 'any', optional: true, doc: 'The response of a function of UAPI.' },
    type: { type: 'string', optional: true, doc: 'For API 1, “event”.' },
    source: { type: 'string', optional: true, doc: 'For API 1, “module”.' },
    data: { type: 'any', optional: true, doc: 'For API 1, the text of the function in “result”.' },
    error: { type: 'string', optional: true, doc: 'For API 1, why the call failed.' },
    event: { type: 'any', optional: true, doc: 'For API 1, “result” 1; or 0 and the reason.' },
  },
  flat: true,
  examples: [
    {
      args: {
        cpanel_jsonapi_user: 'bob',
        cpanel_jsonapi_module: 'DomainInfo',
        cpanel_jsonapi_func: 'list_domains',
        cpanel_jsonapi_apiversion: '3',
      },
      doc: 'The domains of the account “bob”, by UAPI.',
      setUp: ['createacct'],
    },
  ],

  async handler(args, context) {
    const { cpanel_jsonapi_module: module, cpanel_jsonapi_func: func, passed } = args;
    const named = { module, func };
    const username = await readUser(args.cpanel_jsonapi_user, module, context);
    const version = args.cpanel_jsonapi_apiversion;
    if (version === '1' && !isOfApi1(named)) context.innerError('not_provided');
    return respondAs(version, named, (api, called) =>
      callAccountApi(context, { ...called, username, args: passed, api }),
    );
  },
});

const WRONG_USER = 'User parameter is invalid or was not supplied';

/** @throws ApiError `denied`, whose data has the form that clients match. */
async function readUser(user = '', module: string, { caller, transaction }: FreeContext): Promise<string> {
  // Nothing of this module belongs to an account. Programs of root ask it before there is one.
  if (user === 'root' && module === 'PasswdStrength' && caller.privileges === 'all') return user;
  try {
    await transaction('reads', (db) => accounts.assertVisible(db, caller, user));
    return user;
  } catch (error) {
    if (!(error instanceof ApiError) || !['denied', 'not_found'].includes(error.code)) throw error;
    const data: Hash = { data: { reason: WRONG_USER, result: '0' }, type: 'text', error: WRONG_USER };
    throw new ApiError('denied', WRONG_USER, { data });
  }
}
