import { defineApi2 } from '../../core/define-uapi.ts';
import {
  accountApplicationNames,
  accountApplications,
} from '../../ground/rules/passwords/account-applications.ts';
import { minimumOf } from '../../ground/rules/passwords/minimums.ts';

export default defineApi2({
  name: 'PasswdStrength::appstrengths',
  since: null,
  summary: 'List the minimum strength of every kind of password.',
  effect: 'reads',
  params: {},
  returns: {
    fields: {
      app: { type: 'string', doc: 'The kind of password.' },
      strength: { type: 'integer', doc: 'The minimum strength, 0 to 100.' },
    },
  },
  examples: [{ args: {}, doc: 'All kinds.' }],

  async handler(_args, { db }) {
    const rows = [];
    for (const app of accountApplicationNames) {
      rows.push({ app, strength: await minimumOf(db, accountApplications[app]) });
    }
    return rows;
  },
});
