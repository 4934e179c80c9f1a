import { createMysqlProfile, validated } from '../../capabilities/databases/plans/create-mysql-profile.ts';
import { defineFunction } from '../../core/define.ts';
import {
  lookOverSsh,
  passphraseFor,
} from '../../capabilities/databases/driver/mysql-profiles/look-mysql-profiles.ts';
import * as form from '../../capabilities/databases/rules/profile-form.ts';
import * as profiles from '../../capabilities/databases/rules/profiles.ts';
import { accessOf, secretsOf } from '../../capabilities/databases/rules/ssh-login.ts';
import * as random from '../../ground/rules/random-text.ts';
import { keyFile } from '../../capabilities/ssh/rules/names.ts';

const USER_DIGITS = 8;
const PASSWORD_LENGTH = 40;

export default defineFunction({
  name: 'remote_mysql_create_profile_via_ssh',
  since: 52,
  summary: 'Create a profile of a MariaDB server with a new user, who is created there over SSH.',
  description:
    'The user has all privileges, a random password, and may connect from this server only. The profile is stored once ' +
    'this server has logged in to MariaDB as that user. Otherwise, the user is removed. The key of the SSH server must be ' +
    'in known_hosts of root. The passwords for SSH are not stored.',
  access: 'root',
  effect: 'operates',
  params: {
    name: form.name,
    host: { ...form.host, required: true, doc: 'The hostname or address of the other server.' },
    port: { ...form.port, required: true, doc: 'The port of its SSH server: usually 22.' },
    user: {
      type: 'string',
      required: true,
      pattern: {
        matches: /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/,
        expects: 'at most 64 letters, digits, “_”, “.” and “-”, the first not “.” or “-”',
      },
      doc: 'The user who logs in over SSH: root, or a user who can become root.',
    },
    password: {
      type: 'string',
      sensitive: true,
      maxLength: 512,
      doc:
        'The password of that user. With sshkey_name, sudo alone gets it. To keep it out of the process list, use ' +
        '--file password=PATH.',
    },
    sshkey_name: {
      ...keyFile,
      doc: 'The name of a private key in the folder “.ssh” of root, to log in with.',
    },
    sshkey_passphrase: {
      type: 'string',
      sensitive: true,
      maxLength: 255,
      doc: 'The passphrase of that key. Omit it if the key has none.',
    },
    root_escalation_method: {
      type: 'string',
      values: ['sudo', 'su'],
      doc: 'How a user other than root becomes root there.',
    },
    root_password: {
      type: 'string',
      sensitive: true,
      maxLength: 512,
      doc: 'The password of root there, for su. sudo uses the password of the user.',
    },
    cpcloud: form.cpcloud,
  },
  returns: {
    profile_saved: { type: 'string', doc: 'The name of the profile.' },
    profile_details: { fields: { ...form.detailFields, cpcloud: form.cpcloudField } },
  },
  examples: [
    {
      args: { name: 'db2', host: 'db2.example.com', port: '22', user: 'root', sshkey_name: 'db2' },
      doc: 'Here, root has no such key.',
      fails: 'not_found',
    },
  ],

  async look(args, context) {
    const { machine, transaction } = context;
    const { name, host, port, user, password, sshkey_name, sshkey_passphrase } = args;
    const { root_escalation_method, root_password } = args;
    form.assertHost('host', host);
    const login = { host, port, user, password, sshkey_name, sshkey_passphrase };
    const params = { ...login, root_escalation_method, root_password };
    const access = accessOf(params);
    await transaction('reads', (db) => profiles.assertNew(db, name));
    const passphrase =
      access.key === null ? '' : await passphraseFor(context, access.key, sshkey_passphrase ?? '');
    const secrets = secretsOf(params, passphrase);
    return { access, secrets, server: await lookOverSsh(machine, access, secrets) };
  },

  async handler({ name, cpcloud }, context, { access, secrets, server }) {
    const { db, isDryRun, inform, warn, plan, randomBytes } = context;
    await profiles.assertNew(db, name);
    const user = `whmapi1_${await random.randomText(randomBytes, random.HEXADECIMAL, USER_DIGITS)}`;
    const password = await random.randomText(randomBytes, random.URL_SAFE, PASSWORD_LENGTH);
    const profile: profiles.OpenProfile = {
      ...{ name, host: access.host, port: server.port, user, password: isDryRun ? '' : password },
      ...{ setupVia: profiles.SETUP_OVER_SSH, isCloud: cpcloud, version: null, client: null },
    };
    const details = form.detailsOf(profile, await profiles.activeName(db));
    const data = { profile_saved: name, profile_details: { ...details, cpcloud: cpcloud ? 1 : 0 } };
    const made = { name, isCloud: cpcloud, user, password };
    plan(await createMysqlProfile(context, { ...made, access, secrets, server }), (results) => {
      const { version, isEncrypted } = validated(results) ?? {};
      inform(`The server is MariaDB ${version}. The user “${user}” was created there.`);
      if (isEncrypted !== true) {
        warn('The connection to MariaDB is not encrypted, because the server does not offer TLS.');
      }
      return data;
    });
    return data;
  },
});
