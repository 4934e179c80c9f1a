// The server gets another hostname.
import { defineChange, exclusive, type Plan, type PlannedStep } from '../../core/plan.ts';
import renewCertificate from '../../capabilities/dns/driver/hostname/steps/renew-certificate.ts';
import set from '../../capabilities/dns/driver/hostname/steps/set.ts';
import changeZone, { type ZoneChange } from '../../capabilities/dns/driver/zones/steps/change.ts';

const change = defineChange<null>({
  kind: 'set-hostname',
  // The hostname is stored on the machine only.
  store: async () => undefined,
});
export default change;

interface NewHostname {
  readonly hostname: string;
  readonly former: string;
  /** The next version of the zone that gets an address record for the hostname. */
  readonly zone: ZoneChange | undefined;
  /** The fingerprint of the certificate to renew. */
  readonly certificate: string | undefined;
}

export function setHostname({ hostname, former, zone, certificate }: NewHostname): Plan {
  const steps: PlannedStep[] = [set.plan({ hostname, former })];
  if (zone !== undefined) steps.push(changeZone.plan(zone));
  if (certificate !== undefined) steps.push(renewCertificate.plan({ hostname, former: certificate }));
  return change.plan(null, {
    locks: [exclusive('hostname'), ...(zone === undefined ? [] : [exclusive(`zone ${zone.name}`)])],
    steps,
  });
}
