import { defineUapi } from '../../core/define-uapi.ts';
import {
  namesParam,
  selected,
  serverVariableNames,
  serverVariables,
} from '../../model/accounts/variables.ts';
import { isOn } from '../../model/domains/flags.ts';
import { minimumOf } from '../../model/passwords/minimums.ts';

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

  async handler({ name }, { db, version }) {
    const flag = async (key: Parameters<typeof isOn>[1]) => Number(await isOn(db, key));
    const values = {
      allow_park_subdomain_on_hostname: await flag('allowparkhostnamedomainsubdomains'),
      allow_remote_domains: await flag('allowremotedomains'),
      allow_unregistered_domains: await flag('allowunregistereddomains'),
      docroots_in_public_html_only: await flag('publichtmlsubsonly'),
      local_nameserver_type: 'bind',
      minimum_password_strength: await minimumOf(db, 'default'),
      minimum_password_strength_mysql: await minimumOf(db, 'mysql'),
      version,
    };
    return selected(values, name);
  },
});
