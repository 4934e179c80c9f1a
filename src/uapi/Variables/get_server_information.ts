import { defineUapi } from '../../core/define-uapi.ts';
import { namesParam, selected, serverVariableNames, serverVariables } from '../../life/rules/variables.ts';
import { systemType } from '../../capabilities/certificates/rules/key-types.ts';
import { usesPrefix } from '../../capabilities/databases/rules/names.ts';
import { LOCAL_HOST, serverOf } from '../../capabilities/databases/rules/profiles.ts';
import { isOn } from '../../capabilities/domains/rules/flags.ts';
import { uploadSettings } from '../../life/rules/files/disk-info.ts';
import { LISTS_ROLE } from '../../capabilities/mail/rules/lists/list-form.ts';
import { areListsOff } from '../../capabilities/mail/rules/server-settings.ts';
import { isOff } from '../../capabilities/mail/rules/spam/settings.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';
import { minimumOf } from '../../ground/rules/passwords/minimums.ts';
import * as php from '../../capabilities/php/rules/settings.ts';

export default defineUapi({
  name: 'Variables::get_server_information',
  since: 86,
  summary: 'Show the settings of the server that matter to accounts.',
  effect: 'reads',
  params: { name: namesParam(serverVariableNames) },
  returns: { fields: serverVariables },
  examples: [
    { args: {}, doc: 'Everything.' },
    { args: { name: 'minimum_password_strength' }, doc: 'The minimum strength of passwords.' },
  ],

  async handler({ name }, { db, caller, version, system }) {
    const roles = await rolesOf({ db, system });
    const flag = async (key: Parameters<typeof isOn>[1]) => Number(await isOn(db, key));
    const uploads = await uploadSettings(db);
    const values = {
      allow_park_subdomain_on_hostname: await flag('allowparkhostnamedomainsubdomains'),
      allow_remote_domains: await flag('allowremotedomains'),
      allow_unregistered_domains: await flag('allowunregistereddomains'),
      database_prefix_required: Number(await usesPrefix(db)),
      disable_boxtrapper: 1,
      disable_mailman: Number(!roles.has(LISTS_ROLE) || (await areListsOff(db))),
      disable_roundcube: Number(!roles.has('Webmail')),
      disable_spamassassin: Number(await isOff(db)),
      disable_spambox: 0,
      docroots_in_public_html_only: await flag('publichtmlsubsonly'),
      file_upload_maximum_bytes: uploads.file,
      file_upload_must_leave_bytes: uploads.mustLeave,
      ftp_server: roles.has('FTP') ? 'proftpd' : null,
      local_nameserver_type: 'bind',
      mail_server: roles.has('MailReceive') ? 'dovecot' : null,
      mailbox_storage_format: 'maildir',
      minimum_password_strength: await minimumOf(db, 'default'),
      minimum_password_strength_mysql: await minimumOf(db, 'mysql'),
      mysql_host: (await serverOf(db, caller.user)).at?.host ?? LOCAL_HOST,
      php_system_default_version: (await php.readServer(db)).defaultVersion,
      ssl_default_key_type: await systemType(db),
      version,
    };
    return selected(values, name);
  },
});
