import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { userName } from '../../core/params.ts';
import { quote } from '../../core/quote.ts';
import type { Json } from '../../core/values.ts';
import { assertConfirmed } from '../../capabilities/logins/rules/acting-as.ts';
import * as sessions from '../../capabilities/logins/rules/sessions.ts';
import * as tfaChanges from '../../capabilities/two-factor/rules/changes.ts';
import * as tfaCodes from '../../capabilities/two-factor/rules/codes.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';
import * as totp from '../../capabilities/two-factor/rules/totp.ts';

export default defineFunction({
  name: 'twofactorauth_set_tfa_config_for_user',
  since: 118,
  summary: 'Import users’ two-factor authentication secrets from another server.',
  description:
    'Accepts, as JSON, the response of twofactorauth_get_tfa_config_for_user (its “data”, or the whole response). ' +
    'No code is required. Each secret replaces the one of the same user and kind, and other secrets are kept. ' +
    'Either all secrets are stored, or none.',
  access: 'root',
  effect: 'changes',
  params: {},
  rest: {
    type: 'json',
    key: 'USER',
    sensitive: true,
    doc: 'for each user {"primary_account": {"secret": "BASE32"}}, and “email” and “team” as {NAME: {"secret": "BASE32"}}.',
  },
  returns: null,
  examples: [
    {
      args: {},
      input: { root: { primary_account: { secret: 'WJ73QJSKZBXCIFPZ' } } },
      doc: 'Store root’s secret.',
    },
  ],

  async handler({ rest }, context) {
    const problems: string[] = [];
    const found = readConfigs(rest, problems);
    if (problems.length > 0) throw badParam(problems.join(' '));
    if (found.some(({ user }) => user === context.caller.user)) {
      assertConfirmed(context.caller, 'replace your secret');
    }
    for (const { user, stored } of found) {
      await tfa.putSecret(context, user, stored);
      (await tfaCodes.reset(context, user)).forEach(context.inform);
      await sessions.closeAll(context.db, user);
      await tfaChanges.tellOwner(context.db, user, 'set up', context.now());
    }
  },
});

const names = {
  email: /^[^\s\p{C}@]{1,64}@[^\s\p{C}@]{1,189}$/u,
  team: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
};

interface Found {
  readonly user: string;
  readonly stored: tfa.StoredSecret;
}

function readConfigs(rest: Readonly<Record<string, Json>>, problems: string[]): Found[] {
  const found: Found[] = [];
  // Also accepts the whole response of the other server, for use with a pipe.
  const { metadata, data, ...others } = rest;
  const configs = isObject(metadata) && isObject(data) && Object.keys(others).length === 0 ? data : rest;
  for (const [user, config] of Object.entries(configs)) {
    if (!userName.pattern.matches.test(user)) {
      problems.push(`${quote(user)} should be ${userName.pattern.expects}.`);
    } else if (!isObject(config)) {
      problems.push(`“${user}” should hold a JSON object with “primary_account”, “email” or “team”.`);
    } else {
      found.push(...readConfig(user, config, problems));
    }
  }
  return found;
}

function readConfig(user: string, config: Record<string, Json>, problems: string[]): Found[] {
  const found: Found[] = [];
  const read = (kind: tfa.SecretKind, name: string, entry: Json | undefined, where: string) => {
    const text = isObject(entry) ? entry.secret : undefined;
    const secret = typeof text === 'string' ? totp.parseSecret(text) : undefined;
    if (secret === undefined) {
      problems.push(`${where} should hold {"secret": …} with 16 to 103 Base32 characters.`);
    } else {
      found.push({ user, stored: { kind, name, secret } });
    }
  };
  for (const [kind, value] of Object.entries(config)) {
    if (kind === 'primary_account') {
      read(kind, '', value, `“${user}.primary_account”`);
    } else if (kind !== 'email' && kind !== 'team') {
      problems.push(`“${user}” holds ${quote(kind)}, which is not “primary_account”, “email” or “team”.`);
    } else if (!isObject(value)) {
      problems.push(`“${user}.${kind}” should hold a JSON object of names.`);
    } else {
      for (const [name, entry] of Object.entries(value)) {
        if (names[kind].test(name)) read(kind, name, entry, `“${name}” in “${user}.${kind}”`);
        else
          problems.push(
            `${quote(name)} in “${user}.${kind}” is no ${kind === 'email' ? 'email address' : 'team member'}.`,
          );
      }
    }
  }
  return found;
}

function isObject(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
