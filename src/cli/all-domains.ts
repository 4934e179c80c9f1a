// `uapi DomainInfo list_domains` as root, without an account: the domains of all accounts. acme.sh calls it so, chooses the
// names that its certificate has, and installs the certificate with --user.
import { createApplication } from '../app/app.ts';
import { DATA } from '../core/define-uapi.ts';
import type { AccountRequest } from '../core/account-request.ts';
import { dispatch } from '../core/dispatch.ts';
import type { Envelope } from '../core/envelope.ts';
import { ApiError } from '../core/errors.ts';
import type { Hash } from '../core/values.ts';
import { callFailure, named } from '../capabilities/logins/rules/account-apis/named-envelope.ts';
import type { Io } from './io.ts';

/** True for the only call of root that needs no account. */
export const listsAllDomains = ({ api, module, func }: AccountRequest): boolean =>
  api === 'uapi' && module === 'DomainInfo' && func === 'list_domains';

interface Domain {
  readonly domain: string;
  readonly domain_type: string;
}

export async function listAllDomains(request: AccountRequest, io: Io): Promise<Envelope> {
  try {
    const application = createApplication(io.environment);
    try {
      const call = {
        command: 'get_domain_info',
        args: [],
        dryRun: request.dryRun,
        warnings: request.warnings,
      };
      const envelope = await dispatch(call, { user: 'root', privileges: 'all' }, application.engine);
      if (envelope.data === undefined) return named(request, envelope, undefined);
      const all = envelope.data.domains as unknown as readonly Domain[];
      const ofTypes = (...types: string[]) =>
        all.filter((one) => types.includes(one.domain_type)).map((one) => one.domain);
      const data: Hash = {
        main_domain: application.engine.machine.system.hostname(),
        addon_domains: ofTypes('main', 'addon'),
        parked_domains: ofTypes('parked'),
        sub_domains: ofTypes('sub'),
      };
      const { output, ...metadata } = envelope.metadata;
      const warnings = [
        ...(output?.warnings ?? []),
        'These are the domains of all accounts. --user=NAME lists those of one.',
      ];
      return named(
        request,
        { ...envelope, metadata: { ...metadata, output: { ...output, warnings } }, data: { [DATA]: data } },
        undefined,
      );
    } finally {
      application.close();
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return callFailure(request, error);
  }
}
