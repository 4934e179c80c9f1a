import { lookForOwnSizes } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineApi2 } from '../../core/define-uapi.ts';
import { namesMatching, userRow } from '../../capabilities/databases/rules/older-rows.ts';
import { FEATURE, ownMysql, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';

const MIB = 1024 * 1024;

export default defineApi2({
  name: 'MysqlFE::listdbs',
  since: null,
  summary: 'List the account’s MySQL databases, with their sizes and users.',
  feature: FEATURE,
  role: ROLE,
  effect: 'reads',
  params: {
    regex: {
      type: 'string',
      maxLength: 1024,
      doc: 'List only the databases whose names this regular expression (RE2) matches.',
    },
  },
  emptyIsOmitted: true,
  returns: {
    fields: {
      db: { type: 'string', doc: 'The name.' },
      size: { type: 'string', doc: 'The size of its tables and indexes in bytes.' },
      sizemeg: { type: 'string', doc: 'The same in MiB.' },
      usercount: { type: 'integer', doc: 'The number of users with any privilege on it.' },
      userlist: { list: userRow, doc: 'These users.' },
    },
  },
  examples: [{ args: {}, doc: 'All databases.' }],

  look: (_args, context) => lookForOwnSizes(context),

  async handler({ regex }, { db: store, caller }, { found, sizes }) {
    const { databases, usersOf } = await ownMysql(store, caller.user, found);
    return (await namesMatching(databases, regex)).map((db) => {
      const size = sizes.get(db) ?? 0;
      const userlist = usersOf(db).map((user) => ({ db, user }));
      return {
        db,
        size: String(size),
        sizemeg: (size / MIB).toFixed(2),
        usercount: userlist.length,
        userlist,
      };
    });
  },
});
