// A service of the server gets another certificate.
import { defineChange, exclusive, shared, type Plan, type PlannedStep } from '../../core/plan.ts';
import { asInstalled } from '../../capabilities/certificates/driver/service-certificates/daemon-files.ts';
import { dovecotPath } from '../../capabilities/certificates/driver/service-certificates/dovecot.ts';
import installOwn from '../../capabilities/certificates/driver/service-certificates/steps/install-own.ts';
import remove from '../../capabilities/certificates/driver/service-certificates/steps/remove.ts';
import replaceFile from '../driver/service-certificates/steps/replace-file.ts';
import useInDovecot from '../../capabilities/certificates/driver/service-certificates/steps/use-in-dovecot.ts';
import write from '../../capabilities/certificates/driver/service-certificates/steps/write.ts';
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
  /** A service that follows the certificate of whmapi1d does so again. */
  readonly isReset?: true;
}

export function installServiceCertificate({ pem, before, isReset }: NewServiceCertificate): Plan {
  const { service, digest: former } = before;
  const locks = [exclusive(`service ${service}`), shared('hostname')];
  if (service === 'cpanel')
    return change.plan(null, { locks, steps: [installOwn.plan({ former })], secret: pem });
  if (service === 'dovecot') return change.plan(null, { locks, steps: ofDovecot(pem, before), secret: pem });
  const secret = isReset === true ? pem : asInstalled(pem);
  return change.plan(null, { locks, steps: [replaceFile.plan({ service, former })], secret });
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
