import { defineFunction } from '../../core/define.ts';
import {
  providersConfigFields,
  readProvidersConfig,
} from '../../capabilities/mail/rules/greylisting/provider-form.ts';

export default defineFunction({
  name: 'cpgreylist_load_common_mail_providers_config',
  since: 52,
  summary: 'Show which common mail providers greylisting trusts.',
  description: 'The addresses of a provider are those that its own SPF record allows to send.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: providersConfigFields,
  examples: [{ args: {}, doc: 'The providers.' }],

  handler: (_args, context) => readProvidersConfig(context),
});
