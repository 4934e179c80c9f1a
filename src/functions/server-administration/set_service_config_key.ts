import { setServiceConfig } from '../../capabilities/system/plans/set-service-config.ts';
import { defineFunction } from '../../core/define.ts';
import { assertValue } from '../../capabilities/system/driver/dovecot-settings/look-dovecot.ts';
import {
  key as keyParam,
  service as serviceParam,
} from '../../capabilities/system/rules/services/config-form.ts';

export default defineFunction({
  name: 'set_service_config_key',
  since: 58,
  summary: 'Set one setting of a service.',
  description:
    'The settings of Dovecot 2.4 are: protocols (of imap, pop3 and lmtp), ipv6, disable_plaintext_auth, ssl_min_protocol, ' +
    'ssl_cipher_list; max_mail_processes and mail_process_size (MiB); imap_idle_notify_interval (minutes), ' +
    'imap_hibernate_timeout and mailbox_idle_check_interval (seconds); login_processes_count, login_max_processes_count, ' +
    'login_process_size (MiB), login_process_per_connection; auth_cache_size, auth_cache_ttl and auth_cache_negative_ttl ' +
    '(seconds); lmtp_process_limit, lmtp_process_min_avail and lmtp_user_concurrency_limit. The setting is ' +
    'written to /etc/dovecot/conf.d/99-whmapi1.conf, checked by doveconf, and Dovecot loads it if it is running. ' +
    'If Dovecot is not installed, the call fails.',
  access: 'root',
  effect: 'operates',
  params: {
    key: keyParam,
    service: serviceParam,
    value: {
      type: 'string',
      required: true,
      maxLength: 2000,
      doc: 'The new value: a number, yes or no, or words, as the setting needs it.',
    },
  },
  returns: null,
  examples: [
    {
      args: { service: 'dovecot', key: 'mail_process_size', value: '512' },
      doc: 'Allow each process of IMAP and POP3 512 MiB of memory.',
    },
    {
      args: { service: 'dovecot', key: 'protocols', value: 'imap lmtp' },
      doc: 'Stop serving POP3.',
    },
  ],

  async handler({ service, key, value }, { plan }) {
    plan(setServiceConfig({ service, key, value: assertValue(key, value) }));
  },
});
