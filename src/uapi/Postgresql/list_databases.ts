import { lookFor } from '../../capabilities/databases/plans/databases/postgresql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { sizesOfPostgresql } from '../../capabilities/databases/driver/postgresql/look-postgresql.ts';
import { FEATURE, ownDatabases, ownUsers, ROLE } from '../../capabilities/databases/rules/own-postgresql.ts';

export default defineUapi({
  name: 'Postgresql::list_databases',
  since: 84,
  summary: 'List the account’s PostgreSQL databases, with their sizes and users.',
  feature: FEATURE,
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: {
    list: {
      fields: {
        database: { type: 'string', doc: 'The name.' },
        disk_usage: { type: 'integer', doc: 'In bytes, as PostgreSQL measures it.' },
        users: { list: { type: 'string' }, doc: 'The account’s users who have all privileges on it.' },
      },
    },
  },
  examples: [{ args: {}, doc: 'All databases.' }],

  async look(_args, context) {
    const { user } = context.caller;
    const found = await lookFor(context, user);
    const names = await context.transaction('reads', (db) => ownDatabases(db, user, found));
    return { found, sizes: await sizesOfPostgresql(context.machine, { names, prefixes: [] }) };
  },

  async handler(_args, { db, caller }, { found, sizes }) {
    const users = new Set(await ownUsers(db, caller.user, found));
    const usersOf = new Map(found.databases.map((one) => [one.name, one.users]));
    return (await ownDatabases(db, caller.user, found)).map((database) => ({
      database,
      disk_usage: sizes.get(database) ?? 0,
      users: (usersOf.get(database) ?? []).filter((user) => users.has(user)),
    }));
  },
});
