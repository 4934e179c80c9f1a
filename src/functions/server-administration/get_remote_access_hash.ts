import { defineFunction } from '../../core/define.ts';
import { badParam, denied } from '../../core/errors.ts';
import { loginName } from '../../core/params.ts';
import { quote } from '../../core/quote.ts';
import * as accessHashes from '../../capabilities/logins/rules/access-hashes.ts';
import * as logins from '../../capabilities/logins/rules/logins.ts';
import * as passwords from '../../ground/rules/passwords/passwords.ts';
import { namesOf } from '../../capabilities/system/rules/servers/names.ts';

export default defineFunction({
  name: 'get_remote_access_hash',
  since: 11,
  summary: 'Show the access hash of a user, by the user’s password.',
  description:
    'WHM queries any server. This server queries no other, so “host” must be its own name or address: on another ' +
    'server, call accesshash. The password is checked as at a login, and a wrong one counts as a failed login. ' +
    'Users whose logins require a two-factor authentication code must call accesshash too. WHM advises against ' +
    'access hashes: use api_token_create instead.',
  access: 'root',
  effect: 'calls',
  params: {
    host: { type: 'string', required: true, maxLength: 253, doc: 'The server: this one.' },
    username: { ...loginName, required: true, doc: 'The user: a reseller, or root.' },
    password: {
      ...passwords.password,
      required: true,
      doc: 'The user’s password. To keep it out of the process list, use --file password=PATH.',
    },
    generate: {
      type: 'flag',
      default: 0,
      doc: '1: create a hash if the user has none. An existing hash is kept.',
    },
  },
  returns: {
    accesshash: { type: 'string', doc: 'The hash: 928 hexadecimal digits, in lines of 32.' },
  },
  examples: [
    {
      args: { host: 'localhost', username: 'bob', password: 'four unusual words, Xylophone', generate: '1' },
      doc:
        'The access hash of the reseller “bob”. To keep the password out of the process list, use --file ' +
        'password=PATH.',
      setUp: ['createacct', 'setupreseller'],
    },
  ],

  async handler(args, context) {
    const { machine, origin, transaction } = context;
    if (context.isDryRun) {
      throw badParam(
        'A dry run is not possible: the password would be checked, and a wrong one counts as a failed login.',
      );
    }
    const names = namesOf(machine);
    if (!names.includes(args.host.toLowerCase())) {
      throw badParam(
        `The parameter “host” should be this server’s own name, “${names[0]}”, not ${quote(args.host)}: ` +
          'run accesshash on that server.',
      );
    }
    const { username: user, password, generate } = args;
    const verdict = await logins.attempt(
      { ...context, transaction: (work) => transaction('changes', work), report: context.warn },
      { service: 'whostmgrd', user, password, code: '', address: origin?.address ?? '127.0.0.1' },
    );
    if ('problem' in verdict) throw denied(verdict.reason);
    const hash = await transaction('changes', async (db) => {
      const isThere = await accessHashes.has(db, user);
      return generate && !isThere
        ? accessHashes.renew({ ...context, db }, user)
        : accessHashes.get({ ...context, db }, user);
    });
    return { accesshash: accessHashes.inLines(hash) };
  },
});
