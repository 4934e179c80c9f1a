import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { isCovered } from '../../capabilities/certificates/rules/domains.ts';
import {
  certificateItemAnswer,
  certificateItemFields,
} from '../../capabilities/certificates/rules/item-answers.ts';
import { FEATURE } from '../../capabilities/certificates/rules/item-params.ts';
import * as stored from '../../capabilities/certificates/rules/stored.ts';
import { virtualHostsOf } from '../../capabilities/domains/rules/virtual-hosts.ts';

export default defineUapi({
  name: 'SSL::list_certs',
  since: 42,
  summary: 'List the stored certificates of the account, installed or not.',
  feature: FEATURE,
  effect: 'reads',
  params: {},
  returns: {
    list: {
      fields: {
        ...certificateItemFields,
        domain_is_configured: {
          type: 'flag',
          doc: 'Whether it secures a name of one of the account’s websites.',
        },
      },
    },
  },
  examples: [{ args: {}, doc: 'All certificates.' }],

  async handler(_args, { db, caller }) {
    const account = await accounts.getOwn(db, caller);
    const hosts = await virtualHostsOf(db, account);
    const names = hosts.flatMap(({ servername, aliases }) => [servername, ...aliases]);
    return (await stored.listOf(db, account.username)).map((item) => ({
      ...certificateItemAnswer(item),
      domain_is_configured: names.some((name) => isCovered(name, item.facts.domains)) ? 1 : 0,
    }));
  },
});
