import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as problems from '../../capabilities/certificates/rules/autossl/problems.ts';

const { domain, problem, time } = problems.fields;

export default defineUapi({
  name: 'SSL::get_autossl_problems',
  since: 68,
  summary: 'List why AutoSSL could not validate names of the account.',
  effect: 'reads',
  role: 'WebServer',
  feature: 'autossl',
  params: {},
  returns: { list: { fields: { domain, problem, time } } },
  examples: [{ args: {}, doc: 'The problems of all names.' }],

  async handler(_args, { db, caller }) {
    const { username } = await accounts.getOwn(db, caller);
    const found = (await problems.ofUser(db, username)).map(problems.show);
    return found.map((one) => ({ domain: one.domain, problem: one.problem, time: one.time }));
  },
});
