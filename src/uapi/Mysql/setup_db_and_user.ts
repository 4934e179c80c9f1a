import { lookForSetUp, setUpOwn, setUpPort } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { assertNewName, prefixOf } from '../../capabilities/databases/rules/names.ts';
import { DATABASES, FEATURE, ROLE, USERS } from '../../capabilities/databases/rules/own-mysql.ts';
import { LOCAL_HOST, serverOf } from '../../capabilities/databases/rules/profiles.ts';
import { HEXADECIMAL, randomText, URL_SAFE } from '../../ground/rules/random-text.ts';

const RANDOM_CHARACTERS = 8;
const PASSWORD_CHARACTERS = 24;

export default defineUapi({
  name: 'Mysql::setup_db_and_user',
  since: 116,
  summary: 'Create a MySQL database, and a user with all privileges on it.',
  description:
    'The names end with random characters, and so no others have them. The password is shown only once.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {
    prefix: {
      type: 'string',
      maxLength: 16,
      pattern: { matches: /^[A-Za-z0-9_-]+$/, expects: 'letters, digits, “_” and “-”' },
      doc: 'What the names have between the account’s prefix and the random characters.',
    },
  },
  emptyIsOmitted: true,
  returns: {
    fields: {
      database: { type: 'string', doc: 'The database.' },
      database_user: { type: 'string', doc: 'The user.' },
      database_user_password: { type: 'string', doc: 'The password of the user.' },
      hostname: { type: 'string', doc: 'The host to which programs connect.' },
      port: {
        type: 'string',
        doc: 'The port. Empty if the server listens on its socket only, or a sandbox runs no server.',
      },
    },
  },
  examples: [{ args: { prefix: 'wp' }, doc: 'For a blog.' }],

  look: (_args, context) => lookForSetUp(context),

  async handler({ prefix = '' }, context, { found, server }) {
    const { db, caller, randomBytes } = context;
    const random = (alphabet: string, length: number) => randomText(randomBytes, alphabet, length);
    const end = await random(HEXADECIMAL, RANDOM_CHARACTERS);
    const name = `${prefixOf(caller.user)}${prefix}${prefix === '' ? '' : '_'}${end}`;
    await assertNewName(db, 'prefix', name, { ...DATABASES, username: caller.user });
    await assertNewName(db, 'prefix', name, { ...USERS, username: caller.user });
    const password = await random(URL_SAFE, PASSWORD_CHARACTERS);
    const { at } = await serverOf(db, caller.user);
    const madeAt = (port: number | undefined) => ({
      database: name,
      database_user: name,
      database_user_password: password,
      hostname: at?.host ?? LOCAL_HOST,
      port: (at?.port ?? port)?.toString() ?? '',
    });
    context.plan(await setUpOwn(context, { name, password }, found), (results) => madeAt(setUpPort(results)));
    return madeAt(server?.port ?? undefined);
  },
});
