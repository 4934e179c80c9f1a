// A service of the server gets another certificate.
import { defineChange, exclusive, shared, type Plan, type PlannedStep } from '../../../core/plan.ts';
import { dovecotPath } from '../driver/service-certificates/dovecot.ts';
import installOwn from '../driver/service-certificates/steps/install-own.ts';
import remove from '../driver/service-certificates/steps/remove.ts';
import useInDovecot from '../driver/service-certificates/steps/use-in-dovecot.ts';
import write from '../driver/service-certificates/steps/write.ts';
import type { ServiceState } from '../driver/service-certificates/look-service-certificates.ts';

const change = defineChange<null>({
  kind: 'install-service-certificate',
  // Only the machine stores the certificates of services.
  store: async () => undefined,
});
export default change;

interface NewServiceCertificate {
  /** The key, the certificate and its chain (PEM). It is never stored in the journal: an interrupted plan is undone. */
  readonly pem: string;
  readonly before: ServiceState;
}

export function installServiceCertificate({ pem, before }: NewServiceCertificate): Plan {
  return change.plan(null, {
    locks: [exclusive(`service ${before.service}`), shared('hostname')],
    steps:
      before.service === 'cpanel' ? [installOwn.plan({ former: before.digest })] : ofDovecot(pem, before),
    secret: pem,
  });
}

function ofDovecot(pem: string, { path: former }: ServiceState): PlannedStep[] {
  const path = dovecotPath(pem);
  const isOther = former !== undefined && former !== path;
  return [
    write.plan({ path }),
    useInDovecot.plan({ path }),
    ...(isOther ? [remove.plan({ path: former })] : []),
  ];
}
