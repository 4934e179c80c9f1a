import { defineUapi } from '../../core/define-uapi.ts';
import { maxLengths, prefixOf, usesPrefix } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';

export default defineUapi({
  name: 'Mysql::get_restrictions',
  since: 44,
  summary: 'Show the rules for the names of MySQL databases and their users.',
  feature: FEATURE,
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: {
    fields: {
      prefix: {
        type: 'string|null',
        doc: 'The start of all names. Null: this server demands none.',
      },
      max_database_name_length: {
        type: 'integer',
        doc: 'The longest name of a database, with the prefix. Each “_” counts twice.',
      },
      max_username_length: { type: 'integer', doc: 'The longest name of a user, with the prefix.' },
    },
  },
  examples: [{ args: {}, doc: 'The rules.' }],

  async handler(_args, { db, caller }) {
    return {
      prefix: (await usesPrefix(db)) ? prefixOf(caller.user) : null,
      max_database_name_length: maxLengths.mysql.database,
      max_username_length: maxLengths.mysql.user,
    };
  },
});
