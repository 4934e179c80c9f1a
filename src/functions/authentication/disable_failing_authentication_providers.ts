import { defineFunction } from '../../core/define.ts';
import { findFailures } from '../../capabilities/logins/rules/identity-providers/failures.ts';
import * as providers from '../../capabilities/logins/rules/identity-providers/providers.ts';

export default defineFunction({
  name: 'disable_failing_authentication_providers',
  since: 54,
  summary: 'Disable the enabled identity providers that cannot be used.',
  description:
    'The server reads the metadata and the keys of each enabled provider. A provider that does not return them, or ' +
    'returns invalid ones, is disabled for all services. If the server itself has no connection, all are disabled.',
  destructive:
    'Nobody can log in with a failing provider until enable_authentication_provider enables it again. The configuration is kept.',
  access: 'root',
  effect: 'changes',
  params: {},
  returns: {
    payload: {
      list: {
        fields: {
          provider_name: { type: 'string', doc: 'The provider’s ID.' },
          provider_namespace: { type: 'string', doc: 'Its issuer.' },
          provider_failure: { type: 'string', doc: 'Why it cannot be used.' },
          disabled_services: {
            list: { type: 'string' },
            doc: 'The services for which it was disabled.',
          },
          failures_to_disable: {
            list: {
              fields: {
                service_name: { type: 'string', doc: 'A service for which it is still enabled.' },
                failure: { type: 'string', doc: 'Why it could not be disabled.' },
              },
            },
            doc: 'Always empty, because either all changes are stored or the call fails.',
          },
        },
      },
      doc: 'One row for each issuer that cannot be used.',
    },
  },
  list: 'payload',
  columns: ['provider_name', 'disabled_services', 'provider_failure'],
  examples: [{ args: {}, doc: 'Check the enabled providers, and disable those that fail.' }],

  /** Why each failing issuer fails. */
  async look(_args, { machine, transaction }) {
    const enabled = (await transaction('reads', providers.list)).filter(({ isEnabled }) => isEnabled);
    return findFailures(
      await machine.identityProviders(),
      enabled.map(({ issuer }) => issuer),
    );
  },

  async handler(_args, { db }, failures) {
    const failing = (await providers.list(db)).filter(
      ({ isEnabled, issuer }) => isEnabled && failures.has(issuer),
    );
    const rows = new Map<string, { provider: string; issuer: string; services: string[] }>();
    for (const { provider, issuer, service } of failing) {
      await providers.setEnabled(db, { provider, service }, false);
      const key = JSON.stringify([provider, issuer]);
      const row = rows.get(key) ?? { provider, issuer, services: [] };
      row.services.push(service);
      rows.set(key, row);
    }
    return {
      payload: [...rows.values()].map(({ provider, issuer, services }) => ({
        provider_name: provider,
        provider_namespace: issuer,
        provider_failure: failures.get(issuer) ?? '',
        disabled_services: services,
        failures_to_disable: [],
      })),
    };
  },
});
